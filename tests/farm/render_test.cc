// A whole album through the real program, judged by SoX, ffmpeg, sha256sum and jq.
#include <cmath>

#include "fmt/format.h"
#include "tests/farm/studio.h"
#include "tests/farm/two_songs.h"

namespace trackout::test {
namespace {

constexpr double kStepsOf24Bits = 8388608;

class Render : public Studio {
 protected:
  void SetUp() override {
    RecordSources(folder_ / "session");
    WriteAlbum(AlbumText(songs_));
    const Ended ended = Studio::Render();
    ASSERT_EQ(0, ended.exit_code) << ended.err;
  }

  // Of every file of a kind in the manifest: song number, name, encoding, path.
  struct Delivered {
    const SongCase& song;
    std::string name, encoding, path;
  };
  std::vector<Delivered> Files(const std::string& kind) const {
    std::vector<Delivered> files;
    const std::string filter =
        ".files[] | select(.kind == \"" + kind + "\") | \"\\(.song)|\\(.name)|\\(.encoding)|\\(.path)\"";
    for (const std::string& line : Lines(Jq(filter, manifest()))) {
      const size_t name = line.find('|') + 1, encoding = line.find('|', name) + 1,
                   path = line.find('|', encoding) + 1;
      files.push_back({songs_.at(std::stoul(line) - 1), line.substr(name, encoding - name - 1),
                       line.substr(encoding, path - encoding - 1), package() + "/data/" + line.substr(path)});
    }
    return files;
  }

  SoxMixer Sox(const SongCase& song) const {
    return SoxMixer(song, folder_ / "session", folder_ / ("sox/" + song.folder));
  }

  std::string manifest() const { return package() + "/data/manifest.json"; }

  const std::vector<SongCase> songs_ = TwoSongs();
};

// In steps of 24 bits; infinite where the lengths differ.
double WorstDifference(const std::string& one, const std::string& other) {
  const std::vector<double> a = ReadByFfmpeg(one), b = ReadByFfmpeg(other);
  if (a.empty() || a.size() != b.size()) return INFINITY;
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::fabs(a[i] - b[i]));
  return worst * kStepsOf24Bits;
}

TEST_F(Render, MakesAPackageWhoseChecksumsHold) {
  ExpectChecksumsHold(package());
  EXPECT_EQ((std::vector<std::string>{"Night_Trains"}), NamesIn(out()));
  EXPECT_EQ((std::vector<std::string>{"bag-info.txt", "bagit.txt", "data", "manifest-sha256.txt",
                                      "tagmanifest-sha256.txt"}),
            NamesIn(package()));
  const Ended verified = Verify(package());
  EXPECT_EQ(0, verified.exit_code) << verified.out;
}

TEST_F(Render, GivesEveryListOfThePackageTheSameFiles) {
  EXPECT_EQ(Shell("cd '" + package() + "' && find data -type f | LC_ALL=C sort").out,
            Shell("cut -c67- '" + package() + "/manifest-sha256.txt' | LC_ALL=C sort").out);
  for (const std::string& line : Lines(Jq(".files[] | \"\\(.sha256)  data/\\(.path)\"", manifest())))
    EXPECT_NE(std::string::npos, ReadFile(package() + "/manifest-sha256.txt").find(line + "\n")) << line;
  for (const std::string& line : Lines(Jq(".files[] | \"\\(.sizeBytes) \\(.path)\"", manifest()))) {
    const size_t blank = line.find(' ');
    EXPECT_EQ(line.substr(0, blank),
              std::to_string(ReadFile(package() + "/data/" + line.substr(blank + 1)).size()))
        << line;
  }
}

TEST_F(Render, WritesAManifestWithTheKeysAndTypesOfTheDesign) {
  const char* const filter = R"(
    def is(t): type == t;
    def count: is("string") and test("^[0-9]+$");
    def level: is("number") or . == "-Infinity";
    (keys - ["album", "artist", "songs", "files"] == []) and (.album | is("string")) and (.artist | is("string"))
    and (.songs | is("array") and length == 2 and all(
      (.title | is("string")) and (.number | is("number")) and (.sampleRate | is("number")) and (.frames | count)
      and (.proofs | length == 2 and all(
        (.name | is("string")) and (.of | is("string")) and (.stems | is("array") and all(is("string")))
        and (.residualPeakDbfs | level) and (.residualRmsDbfs | level) and (.maxLsb | is("number"))
        and (.overs | count) and (.verdict | IN("passed", "passed_with_overs", "failed"))))))
    and (.files | is("array") and length > 30 and all(
      (.path | is("string")) and (.kind | IN("track", "stem", "mix"))
      and (.song | is("number")) and (.name | is("string"))
      and (.variant | IN("raw", "wet", "")) and (.sha256 | is("string") and test("^[0-9a-f]{64}$"))
      and (.sizeBytes | count) and (.frames | count) and (.channels | is("number"))
      and (.sampleRate | is("number")) and (.encoding | IN("wav16", "wav24", "wav32f"))
      and (.overs | count) and (.peakDbfs | level)))
    and ([.files[] | select(.unused)] | length == 1 and all(.kind == "track"))
  )";
  EXPECT_EQ("true\n", Jq(filter, manifest()));
  EXPECT_EQ("The Fast Route|1|48000|96000\nTitle Theme|2|44100|66150\n",
            Jq(".songs[] | \"\\(.title)|\\(.number)|\\(.sampleRate)|\\(.frames)\"", manifest()));
}

TEST_F(Render, WritesFilesThatAreWhatTheManifestSays) {
  const std::string filter =
      ".files[] | \"\\(.path)|\\(.encoding) \\(.channels) \\(.sampleRate) \\(.frames)\"";
  for (const std::string& line : Lines(Jq(filter, manifest()))) {
    const size_t bar = line.find('|');
    const std::string path = package() + "/data/" + line.substr(0, bar);
    const Ended probed =
        test::Run({"ffprobe", "-v", "error", "-show_entries",
                   "stream=codec_name,channels,sample_rate,duration_ts", "-of", "json", path});
    const std::string json = folder_.Write("probe.json", probed.out);
    const char* const said = R"jq(
      {"pcm_s16le": "wav16", "pcm_s24le": "wav24", "pcm_f32le": "wav32f"} as $encoding | .streams[0]
      | "\($encoding[.codec_name]) \(.channels) \(.sample_rate) \(.duration_ts)"
    )jq";
    EXPECT_EQ(line.substr(bar + 1) + "\n", Jq(said, json)) << path;
  }
}

TEST_F(Render, MakesTheStemsThatSoxMakes) {
  const std::vector<Delivered> stems = Files("stem");
  ASSERT_EQ(4u + 4u + 2u + 2u, stems.size());
  for (const Delivered& stem : stems) {
    const std::string expected = Sox(stem.song).Mix("stem " + stem.name, [&](const TrackCase& track) {
      return stem.song.StemOf(track) == stem.name ? std::optional(0.0) : std::nullopt;
    });
    // Cumulative rounding errs by less than a step of the file, SoX by half a step of 24 bits.
    EXPECT_LE(WorstDifference(expected, stem.path), stem.encoding == "wav16" ? 256 + 1 : 1) << stem.path;
  }
}

TEST_F(Render, MakesTheMixesThatSoxMakes) {
  const std::vector<Delivered> mixes = Files("mix");
  ASSERT_EQ(3u * 7u + 3u * 3u, mixes.size());
  for (const Delivered& delivered : mixes) {
    for (const MixCase& mix : delivered.song.mixes) {
      if (mix.name != delivered.name) continue;
      const std::string expected = Sox(delivered.song).Mix("mix " + mix.name, mix.level_db);
      // 16 bits are dithered: one step of noise, and half a step of rounding.
      EXPECT_LE(WorstDifference(expected, delivered.path), delivered.encoding == "wav16" ? 1.5 * 256 + 1 : 1)
          << delivered.path;
    }
  }
}

TEST_F(Render, DeliversRawTracksBitByBit) {
  const std::vector<Delivered> tracks = Files("track");
  ASSERT_EQ(9u + 6u, tracks.size());
  const auto md5 = [](const std::string& path, int64_t frames) {
    return test::Run({"ffmpeg", "-nostdin", "-v", "error", "-i", path, "-af",
                      fmt::format("apad=whole_len={}", frames), "-c:a", "pcm_s32le", "-f", "md5", "-"})
        .out;
  };
  int compared = 0;
  for (const Delivered& delivered : tracks) {
    const TrackCase& track = delivered.song.TrackNamed(delivered.name);
    const ClipCase& clip = track.clips.front();
    if (track.clips.size() == 1 && clip.start == 0 && clip.offset == 0) {
      const std::string source = folder_ / ("session/" + delivered.song.folder + "/" + clip.file);
      EXPECT_EQ(md5(source, delivered.song.frames), md5(delivered.path, 0)) << delivered.path;
      ++compared;
    }
    EXPECT_LE(WorstDifference(Sox(delivered.song).Raw(track), delivered.path), 1) << delivered.path;
  }
  EXPECT_EQ(12, compared);
}

TEST_F(Render, ProvesThatTheStemsAddUp) {
  // At 16 bits the delivered master is dithered, the stems are not: their sum may miss it by one step.
  EXPECT_EQ(
      "stems wav24|01_The_Fast_Route/Mixes/The_Fast_Route_Master_24.wav|4|0|passed\n"
      "stems wav32f|01_The_Fast_Route/Mixes/The_Fast_Route_Master_32f.wav|4|true|passed\n"
      "stems wav24|02_Title_Theme/Mixes/Title_Theme_Master_24.wav|2|0|passed\n"
      "stems wav16|02_Title_Theme/Mixes/Title_Theme_Master_16.wav|2|true|passed\n",
      Jq(".songs[].proofs[] | \"\\(.name)|\\(.of)|\\(.stems | length)|"
         "\\(if .name == \"stems wav24\" then .maxLsb else .maxLsb <= 1 end)|\\(.verdict)\"",
         manifest()));
}

TEST_F(Render, MakesStemsThatAddUpByTheSumOfAnotherProgram) {
  for (const SongCase& song : songs_) {
    std::vector<double> sum;
    for (const Delivered& stem : Files("stem")) {
      if (stem.song.title != song.title || stem.encoding != "wav24") continue;
      const std::vector<double> samples = ReadByFfmpeg(stem.path);
      sum.resize(samples.size());
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += samples[i];
    }
    for (const Delivered& mix : Files("mix")) {
      if (mix.song.title != song.title || mix.encoding != "wav24" || mix.name != "master") continue;
      EXPECT_EQ(ReadByFfmpeg(mix.path), sum) << mix.path;
    }
  }
}

TEST_F(Studio, RendersOneSongTwiceAndOneSourceInTwoTracks) {
  Record("kick.wav");
  WriteAlbum(R"(album: Night Trains
artist: Open Rails Ensemble
deliver: [{stems: {}}, {mixes: [master]}, {tracks: {}}]
songs:
  - {title: One, tracks: [{name: A, file: kick.wav, fader: -6}, {name: B, file: kick.wav, fader: -6}]}
  - {title: Two, tracks: [{name: A, file: kick.wav, fader: -6}, {name: B, file: kick.wav, fader: -6}]}
)");
  const Ended ended = Render();
  ASSERT_EQ(0, ended.exit_code) << ended.err;
  ExpectChecksumsHold(package());
  EXPECT_EQ(0, Verify(package()).exit_code);
  EXPECT_EQ("8\n", Jq(".files | length", package() + "/data/manifest.json"));
}

}  // namespace
}  // namespace trackout::test
