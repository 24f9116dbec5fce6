// Wrong input, one row for each: what is wrong is named, with its place and the remedy; the exit code is 1;
// and nothing is left where the package would have been.
//
// A row changes one thing of a good album. A ^^ in its text marks where the message must point to.
#include <bit>
#include <cmath>
#include <filesystem>

#include "fmt/format.h"
#include "tests/farm/studio.h"

namespace trackout::test {
namespace {

constexpr const char* kGoodAlbum = R"(album: Night Trains
artist: Open Rails Ensemble
deliver:
  - stems: {}
  - mixes: [master]
songs:
  - title: One
    buses:
      - {name: Drums}
      - {name: Keys}
    tracks:
      - {name: Kick, bus: Drums, file: kick.wav}
      - {name: Piano, bus: Keys, file: piano.wav}
)";
constexpr const char* kMark = "^^";
constexpr const char* kKickFile = "file: kick.wav";
constexpr const char* kKickMarked = "file: ^^kick.wav";

struct Wrong {
  std::string name;
  std::string from, to;            // in the good album; an empty `from`: the whole album
  std::vector<std::string> words;  // of the message: the thing, what is wrong with it, the remedy
  std::function<void(const std::string& kick)> spoil = nullptr;  // the source's file
  std::string file_in_message = "album.yaml";
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.name;
}

void Put(const std::string& path, const std::string& bytes) {
  WriteFile(path, bytes);
}

void WriteFloats(const std::string& path, double odd_one) {
  std::vector<double> samples(4800, 0.25);
  samples[1234] = odd_one;
  WriteWav(path, Wav(Format::BITS_32F), 1, 48000, samples);
}

// Nine levels of ten aliases each: a billion values.
std::string AliasBomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    text += fmt::format("a{}: &a{} [", i, i);
    for (int k = 0; k < 10; ++k) text += fmt::format("{}*a{}", k == 0 ? "" : ", ", i - 1);
    text += "]\n";
  }
  return text;
}

std::string Deep() {
  return "album: " + std::string(20000, '[') + std::string(20000, ']') + "\n";
}

std::vector<Wrong> AllWrong() {
  return {
      // The language.
      {"UnknownKey",
       "bus: Keys",
       "^^buss: Keys",
       {"track \"Piano\"", "unknown key \"buss\"", "did you mean \"bus\""}},
      {"UnknownKeyOfTheAlbum",
       "artist:",
       "artist: X\n^^artits:",
       {"unknown key \"artits\"", "did you mean \"artist\""}},
      {"KeyTwice",
       "bus: Keys",
       "bus: Keys, ^^bus: Keys",
       {"track \"Piano\"", "duplicate key \"bus\"", "keep one"}},
      {"MissingKey", "{name: Piano, bus", "^^{bus", {"track", "the key \"name\" is missing"}},
      {"EmptyValue", "artist: Open Rails Ensemble", "^^artist:", {"\"artist\" has no value"}},
      {"EmptyTitle", "title: One", "title: ^^\" \"", {"song", "title is empty"}},
      {"WordForANumber",
       "bus: Keys",
       "bus: Keys, fader: ^^loud",
       {"track \"Piano\"", "fader", "level in dB", "\"loud\""}},
      {"NumberInQuotes",
       "bus: Keys",
       "bus: Keys, fader: ^^'-3'",
       {"track \"Piano\"", "fader", "\"-3\"", "quotes"}},
      {"WordForABool",
       "bus: Keys",
       "bus: Keys, mute: ^^maybe",
       {"track \"Piano\"", "mute", "true or false", "\"maybe\""}},
      {"ListForAValue", "bus: Keys", "bus: ^^[Keys]", {"track \"Piano\"", "bus", "one value", "a list"}},
      {"ValueForAList",
       "- {name: Drums}\n      - {name: Keys}",
       "^^Drums",
       {"buses", "expected a list", "\"Drums\""}},
      {"MapForTheSongs",
       "",
       "album: A\nartist: B\nsongs:\n  ^^title: One\n",
       {"songs", "expected a list", "a map"}},
      {"WrongWord",
       "bus: Keys",
       "bus: Keys, polarity: ^^invertd",
       {"track \"Piano\"", "polarity", "\"invertd\"", "did you mean \"inverted\""}},
      {"TimeWithoutUnit",
       kKickFile,
       "clips: [{file: kick.wav, start: ^^12}]",
       {"start", "\"12\"", "unit", "12s"}},
      {"FormatUnknown",
       "stems: {}",
       "stems: {format: ^^wav25}",
       {"wav25", "not a format", "did you mean \"wav24\""}},
      {"NotYaml", "title: One", "title: One^^: Two", {"not YAML"}},
      {"OpenQuote", "title: One", "title: ^^\"One", {"not YAML", "quoted"}},
      {"Tab", "    buses:", "^^\tbuses:", {"tab", "indent with spaces"}},
      {"NotText", "title: One", "title: ^^\xff\xfe", {"UTF-8"}},
      {"Noise",
       "",
       "^^\x7f"
       "ELF\x02\x01\x01",
       {"not"}},
      {"Nothing", "", "^^", {"empty"}},
      {"TwoDocuments", "songs:", "^^---\nsongs:", {"second document"}},
      {"AliasBomb", "", AliasBomb(), {"values", "aliases"}},
      {"Deep", "", Deep(), {"levels deep"}},
      {"LaterType",
       "bus: Keys",
       "bus: Keys, inserts: [{type: ^^lv2}]",
       {"track \"Piano\"", "\"lv2\" is not supported yet"}},
      {"InsertType",
       "bus: Keys",
       "bus: Keys, inserts: [{type: ^^compresor}]",
       {"track \"Piano\"", "did you mean \"compressor\"?"}},
      {"InsertRange",
       "bus: Keys",
       "bus: Keys, inserts: [{type: compressor, name: Glue, threshold: ^^3}]",
       {"track \"Piano\": insert \"Glue\"", "3 is out of range (-80 to 0 dB)"}},
      {"LaterEntry", "stems: {}", "^^preset: sync", {"\"preset\" is not supported yet"}},
      // The mixer.
      {"LevelNotANumber", "bus: Keys", "bus: Keys, fader: ^^.nan", {"track \"Piano\"", "fader", ".nan"}},
      {"LevelInfinite", "bus: Keys", "bus: Keys, fader: ^^.inf", {"track \"Piano\"", "fader", ".inf"}},
      {"PanOutOfRange",
       "bus: Keys",
       "bus: Keys, pan: ^^101",
       {"track \"Piano\"", "pan", "101", "-100 to 100"}},
      {"UnknownBus",
       "bus: Keys",
       "bus: ^^Kesy",
       {"track \"Piano\"", "no bus \"Kesy\"", "did you mean \"Keys\""}},
      {"TrackTwice", "name: Piano", "name: ^^Kick", {"song \"One\"", "duplicate track \"Kick\"", "rename"}},
      {"BusTwice", "{name: Keys}", "{name: ^^Drums}", {"song \"One\"", "duplicate bus \"Drums\"", "rename"}},
      {"BusCycle",
       "- {name: Drums}\n      - {name: Keys}",
       "- {name: Drums, bus: ^^Keys}\n      - {name: Keys, bus: Drums}",
       {"\"Drums\"", "\"Keys\"", "cycle", "master"}},
      {"BusIntoItself", "{name: Keys}", "{name: Keys, bus: ^^Keys}", {"\"Keys\"", "cycle"}},
      {"EmptySong", "  - title: One", "  - ^^title: Two\n  - title: One", {"song \"Two\"", "no tracks"}},
      {"NoSongs", "", "album: A\nartist: B\nsongs: ^^[]\n", {"songs is an empty list"}},
      {"FileAndClips",
       "file: piano.wav",
       "file: ^^piano.wav, clips: [{file: kick.wav}]",
       {"track \"Piano\"", "both", "keep one"}},
      {"NoFile",
       "- {name: Piano, bus: Keys, file: piano.wav}",
       "- ^^{name: Piano, bus: Keys}",
       {"track \"Piano\"", "neither a file nor clips"}},
      {"SoloLeftOver", "bus: Keys", "bus: Keys, solo: ^^true", {"track \"Piano\"", "soloed", "--allow-solo"}},
      {"UnknownMix", "[master]", "[^^mastr]", {"\"mastr\"", "did you mean \"master\""}},
      {"OffsetBehindTheEnd",
       kKickFile,
       "clips: [{file: kick.wav, offset: ^^5s}]",
       {"track \"Kick\"", "offset", "kick.wav", "0.100 s"}},
      // The sources.
      {"NoSuchFile",
       kKickFile,
       "file: ^^kik.wav",
       {"track \"Kick\"", "kik.wav", "no such file", "did you mean \"kick.wav\""}},
      {"FolderAsAFile",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "folder"},
       [](const std::string& kick) {
         std::filesystem::remove(kick);
         std::filesystem::create_directory(kick);
       }},
      {"TextAsWav",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "not a sound file"},
       [](const std::string& kick) { Put(kick, "These are the lyrics of the song.\n"); }},
      {"NoiseAsWav",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "not a sound file"},
       [](const std::string& kick) {
         Shell("head -c 100000 /dev/urandom | tr '\\000-\\100' x > '" + kick + "'");
       }},
      {"NothingAsWav",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "empty"},
       [](const std::string& kick) { Put(kick, ""); }},
      {"HeaderAlone",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav"},
       [](const std::string& kick) { Put(kick, ReadFile(kick).substr(0, 44)); }},
      {"CutWav",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "cut short", "copy it again"},
       [](const std::string& kick) { Put(kick, ReadFile(kick).substr(0, 5001)); }},
      {"CutFlac",
       kKickFile,
       "file: ^^kick.flac",
       {"track \"Kick\"", "kick.flac", "cut short"},
       [](const std::string& kick) {
         const std::string flac = kick.substr(0, kick.size() - 3) + "flac";
         ASSERT_EQ(0, test::Run({"sox", kick, flac}).exit_code);
         Put(flac, ReadFile(flac).substr(0, 9000));
       }},
      {"NanInFloats",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "sample 1234", "NaN", "export"},
       [](const std::string& kick) { WriteFloats(kick, std::nan("")); }},
      {"InfinityInFloats",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "sample 1234", "infinite"},
       [](const std::string& kick) { WriteFloats(kick, INFINITY); }},
      {"OtherRate",
       "file: piano.wav",
       "file: ^^piano.wav",
       {"track \"Piano\"", "piano.wav", "48000 Hz", "kick.wav", "44100 Hz", "convert"},
       [](const std::string& kick) { WriteWav(kick, Wav(Format::BITS_24), 1, 44100, Noise(4410, 0.1, 1)); }},
      {"FiveChannels",
       kKickFile,
       kKickMarked,
       {"track \"Kick\"", "kick.wav", "5 channels", "channels"},
       [](const std::string& kick) { WriteWav(kick, Wav(Format::BITS_24), 5, 48000, Noise(4800, 0.1, 1)); }},
  };
}

class WrongInput : public Studio, public ::testing::WithParamInterface<Wrong> {
 protected:
  void SetUp() override {
    const Wrong& wrong = GetParam();
    Record("kick.wav");
    Record("piano.wav");
    std::string text = wrong.from.empty() ? "" : kGoodAlbum;
    const size_t at = text.find(wrong.from);
    ASSERT_NE(std::string::npos, at) << wrong.from;
    text.replace(at, wrong.from.size(), wrong.to);
    if (const size_t mark = text.find(kMark); mark != std::string::npos) {
      text.erase(mark, std::string(kMark).size());
      const size_t line_start = mark == 0 ? 0 : text.rfind('\n', mark - 1) + 1;
      const auto lines_before = std::count(text.begin(), text.begin() + static_cast<long>(mark), '\n');
      place_ = fmt::format("{}:{}:{}: ", album(), lines_before + 1, mark - line_start + 1);
    }
    WriteAlbum(text);
    if (wrong.spoil) wrong.spoil(folder_ / "session/kick.wav");
  }

  void ExpectMessage(const std::string& said) const {
    for (const std::string& word : GetParam().words) EXPECT_NE(std::string::npos, said.find(word)) << word;
    EXPECT_NE(std::string::npos, said.find(place_)) << "is not at " << place_;
  }

  std::string place_;
};

TEST_P(WrongInput, IsNamedWithItsPlaceAndLeavesNothing) {
  const Ended checked = Check();
  EXPECT_EQ(1, checked.exit_code) << checked.err;
  ExpectMessage(checked.out);
  const Ended planned = Plan();
  EXPECT_EQ(1, planned.exit_code);
  EXPECT_EQ("", planned.out);
  ExpectMessage(planned.err);
  const Ended rendered = Render();
  EXPECT_EQ(1, rendered.exit_code);
  EXPECT_EQ("", rendered.out);
  ExpectMessage(rendered.err);
  EXPECT_FALSE(std::filesystem::exists(out()));
  EXPECT_TRUE(IsJson(Check({"--json"}).out));
}

INSTANTIATE_TEST_SUITE_P(Album, WrongInput, ::testing::ValuesIn(AllWrong()),
                         [](const auto& tested) { return tested.param.name; });

class WrongAlbum : public Studio {};

TEST_F(WrongAlbum, IsNotThere) {
  for (const char* command : {"check", "plan"}) {
    const Ended ended = Trackout({command, folder_ / "nowhere/album.yaml"});
    EXPECT_EQ(1, ended.exit_code);
    EXPECT_NE(std::string::npos, ended.err.find("nowhere/album.yaml: no such file")) << ended.err;
  }
  EXPECT_EQ(1, Render().exit_code);
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(WrongAlbum, IsAFolder) {
  const Ended ended = Trackout({"render", folder_.path(), "--out", out()});
  EXPECT_EQ(1, ended.exit_code);
  EXPECT_NE(std::string::npos, ended.err.find("is a folder")) << ended.err;
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(WrongAlbum, TellsSeveralErrorsAtOnce) {
  Record("kick.wav");
  WriteAlbum(R"(album: Night Trains
artist: Open Rails Ensemble
deliver: [{mixes: [master]}]
songs:
  - title: One
    tracks:
      - {name: A, file: no.wav}
      - {name: B, file: kick.wav}
      - {name: C, file: nor this.wav}
)");
  const Ended ended = Check();
  EXPECT_EQ(1, ended.exit_code);
  EXPECT_NE(std::string::npos, ended.out.find("album.yaml:7:25: "));
  EXPECT_NE(std::string::npos, ended.out.find("album.yaml:9:25: "));
  EXPECT_NE(std::string::npos, ended.out.find("2 errors, 0 warnings"));
}

TEST_F(WrongAlbum, WithASoloIsRenderedWhereSolosAreAllowed) {
  SmallAlbum();
  std::string text = ReadFile(album());
  text.insert(text.find("fader: -3"), "solo: true, ");
  WriteAlbum(text);
  EXPECT_EQ(1, Render().exit_code);
  EXPECT_FALSE(std::filesystem::exists(out()));
  ASSERT_EQ(0, Render({"--allow-solo"}).exit_code);
  EXPECT_EQ("Kick\nVoice\n", Jq(".files[] | select(.unused) | .name", package() + "/data/manifest.json"));
}

struct WrongLine {
  std::vector<std::string> arguments;
  std::string word;  // of the message: what is offending
};

class CommandLine : public Studio {};

TEST_F(CommandLine, ThatIsWrongIsRefusedWithTheOffendingWord) {
  SmallAlbum();
  const std::string a = album(), o = out();
  const std::vector<WrongLine> lines = {
      {{}, "--help"},
      {{"frobnicate"}, "frobnicate"},
      {{"rendr", a, "--out", o}, "rendr"},
      {{"render", a}, "--out"},
      {{"render", "--out", o}, "ALBUM"},
      {{"render", a, "--out", o, "--sped"}, "--sped"},
      {{"render", a, "--out", o, "--workers", "0"}, "--workers"},
      {{"render", a, "--out", o, "--workers", "many"}, "many"},
      {{"render", a, "--out", o, "--block", "1"}, "--block"},
      {{"render", a, "--out", o, "--bundle", "album"}, "album"},
      {{"render", a, a, "--out", o}, "album.yaml"},
      {{"check", a, "--out", o}, "--out"},
      {{"verify"}, "PACKAGE"},
  };
  for (const WrongLine& line : lines) {
    const Ended ended = Trackout(line.arguments);
    EXPECT_EQ(2, ended.exit_code) << ::testing::PrintToString(line.arguments);
    EXPECT_EQ("", ended.out);
    EXPECT_NE(std::string::npos, ended.err.find(line.word))
        << ::testing::PrintToString(line.arguments) << "\n"
        << ended.err;
    EXPECT_FALSE(std::filesystem::exists(o));
  }
}

TEST_F(CommandLine, AsksForHelp) {
  const Ended ended = Trackout({"--help"});
  EXPECT_EQ(0, ended.exit_code);
  for (const char* command : {"check", "plan", "render", "verify"})
    EXPECT_NE(std::string::npos, ended.out.find(command));
}

TEST_F(CommandLine, TellsWhereStdoutTakesNothing) {
  SmallAlbum();
  const Ended ended = Shell(TrackoutPath() + " plan '" + album() + "' --json > /dev/full");
  EXPECT_NE(0, ended.exit_code) << "the result was lost, and nobody was told";
  EXPECT_LT(ended.exit_code, 128) << "ended by a signal";
}

}  // namespace
}  // namespace trackout::test
