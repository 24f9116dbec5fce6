// Whole specs: a complete album as the message it means, short and long forms, and files that are no spec.
#include "core/spec/spec_reader.h"

#include <cmath>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

using test::Read;
using test::ReadSong;
using test::SongOf;
using test::Told;
using test::TrackOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kCompleteAlbum = R"(# A real album.
album: Night Trains
artist: Open Rails Ensemble
catalog: NT-001
year: 2024
pan_law: -4.5dB
deliver:
  - stems: {}
  - mixes: [master, instrumental, vocal_up: 0.5, {name: Karaoke, without: [lead_vocal], gains: {Drums: -1.5}}]
    format: wav16
  - tracks: {processing: [raw], format: {container: wav, bits: 32f}}
songs:
  - title: The Fast Route
    folder: fast-route
    explicit: yes
    sample_rate: 48000
    tempo: [{bar: 1, bpm: 150, meter: 4/4}]
    bar_1_at: 250ms
    markers: [{name: Verse, at: 17|1|1, length: 12s}]
    buses:
      - {name: Drums, role: drums, color: red, fader: -1.0}
      - {name: Kit, bus: Drums, pan: -10, mute: true}
    tracks:
      - {name: Kick, file: Kick.flac, bus: Kit, fader: -2.0, polarity: inverted}
      - name: Lead Vocal
        role: lead_vocal
        pan: [5]
        pan_law: -3dB_compensated
        clips:
          - {file: Take_1.flac, start: 1:23.500}
          - {file: Take_2.flac, start: 12s, offset: 480000smp, length: 250ms, gain: -inf}
    master: {fader: -0.5}
)";

constexpr const char* kCompleteMessage = R"pb(
  album: "Night Trains"
  artist: "Open Rails Ensemble"
  catalog: "NT-001"
  year: "2024"
  pan_law: PAN_LAW_4_5DB
  deliver { stems {} }
  deliver {
    mixes { name: "master" }
    mixes { name: "instrumental" }
    mixes { name: "vocal_up" step: 0.5 }
    mixes {
      name: "Karaoke"
      without: "lead_vocal"
      gains { name: "Drums" level: -1.5 }
    }
    format { container: CONTAINER_WAV bits: BITS_16 }
  }
  deliver {
    tracks {
      processing: PROCESSING_RAW
      format { container: CONTAINER_WAV bits: BITS_32F }
    }
  }
  songs {
    title: "The Fast Route"
    folder: "fast-route"
    explicit: true
    sample_rate: 48000
    tempo { bar: 1 bpm: 150 meter: "4/4" }
    bar_1_at { nanoseconds: 250000000 }
    markers {
      name: "Verse"
      at { musical { bar: 17 beat: 1 sixteenth: 1 } }
      length { nanoseconds: 12000000000 }
    }
    buses { name: "Drums" role: ROLE_DRUMS color: "red" fader: -1 }
    buses { name: "Kit" bus: "Drums" pan: -10 mute: true }
    tracks { name: "Kick" file: "Kick.flac" bus: "Kit" fader: -2 polarity: POLARITY_INVERTED }
    tracks {
      name: "Lead Vocal"
      role: ROLE_LEAD_VOCAL
      pan: 5
      pan_law: PAN_LAW_3DB_COMPENSATED
      clips {
        file: "Take_1.flac"
        start { nanoseconds: 83500000000 }
      }
      clips {
        file: "Take_2.flac"
        start { nanoseconds: 12000000000 }
        offset { samples: 480000 }
        length { nanoseconds: 250000000 }
        gain: -inf
      }
    }
    master { fader: -0.5 }
  })pb";

Album Expected(const std::string& text) {
  Album album;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &album));
  return album;
}

TEST(SpecReader, ReadsACompleteAlbum) {
  const Album album = Read(kCompleteAlbum);
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(Expected(kCompleteMessage), album)) << difference;
}

TEST(SpecReader, ReadsTheExamplesOfTheReadme) {
  const std::string readme = test::ReadFile(std::string(SOURCE_FOLDER) + "/README.md");
  const std::string fence = "```yaml\n";
  const auto example = [&](const std::string& heading) {
    const size_t begin = readme.find(fence, readme.find(heading)) + fence.size();
    return Read(readme.substr(begin, readme.find("```", begin) - begin));
  };
  const Album album = example("## The album language by example");
  ASSERT_EQ(album.songs_size(), 1);
  EXPECT_EQ(album.songs(0).edits(0).sections_size(), 2);
  const Album mastered = example("## A mastered album by example");
  ASSERT_EQ(mastered.songs_size(), 1);
  EXPECT_EQ(mastered.songs(0).master().inserts_size(), 4);
}

TEST(SpecReader, ReadsTheSameAlbumAsJson) {
  const Album album = Read(
      "{\n\t\"album\": \"N\\u00e4chte \\ud83e\\udd41\",\n\t\"artist\": \"B\",\n"
      "\t\"deliver\": [{\"mixes\": [\"master\"]}],\n"
      "\t\"songs\": [{\"title\": \"One\", \"tracks\": [{\"name\": \"K\", \"file\": \"k.wav\", "
      "\"pan\": -5, \"mute\": true}]}]\n}\n");
  EXPECT_EQ(album.album(), "Nächte 🥁");
  EXPECT_EQ(album.songs(0).tracks(0).pan(0), -5);
  EXPECT_TRUE(album.songs(0).tracks(0).mute());
}

TEST(SpecReader, ErrorsInJsonKnowTheirPlaceToo) {
  EXPECT_THAT(Told("{\n\t\"album\": \"A\",\n\t\"artist\": 5,\n\t\"songz\": []\n}\n"),
              ElementsAre(HasSubstr("album.yaml:1:1: the key \"songs\" is missing"),
                          HasSubstr("album.yaml:4:2: unknown key \"songz\"; did you mean \"songs\"?")));
}

TEST(SpecReader, SharesWithAliases) {
  const Song song = ReadSong(
      "tracks:\n  - {name: L, file: l.wav, clips: &none []}\n  - {name: R, file: r.wav, clips: *none}");
  EXPECT_EQ(song.tracks_size(), 2);
}

TEST(SpecReader, AMixByItsWordMayHaveAnotherStep) {
  const Song song = ReadSong(
      "tracks: [{name: V, file: v.wav, role: lead_vocal}]\n"
      "deliver: [{mixes: [{vocal_up: 0.5, format: wav16}, vocal_down: 2]}]");
  EXPECT_EQ(song.deliver(0).mixes(0).name(), "vocal_up");
  EXPECT_EQ(song.deliver(0).mixes(0).step(), 0.5);
  EXPECT_EQ(song.deliver(0).mixes(0).format().bits(), Format::BITS_16);
  EXPECT_EQ(song.deliver(0).mixes(1).name(), "vocal_down");
  EXPECT_EQ(song.deliver(0).mixes(1).step(), 2);
}

TEST(SpecReader, AStepHasARangeAndIsANumber) {
  const auto told = [](const std::string& step) {
    return Told(SongOf("tracks: [{name: V, file: v.wav}]\ndeliver: [{mixes: [vocal_up: " + step + "]}]"));
  };
  EXPECT_THAT(told("25"), ElementsAre(HasSubstr("album.yaml:7:34: ")));
  EXPECT_THAT(told("25"), ElementsAre(HasSubstr("step: 25 is out of range (0 to 24 dB)")));
  EXPECT_THAT(told("-1"), ElementsAre(HasSubstr("out of range")));
  EXPECT_THAT(told("more"), ElementsAre(HasSubstr("expected a number, found \"more\"")));
}

TEST(SpecReader, AFormatMayBeShortOrLong) {
  const Song song = ReadSong(
      "tracks: [{name: V, file: v.wav}]\n"
      "deliver:\n  - {stems: {format: wav32f}}\n  - {tracks: {}, format: {bits: 16}}\n"
      "  - {mixes: [{name: master, format: {container: wav, bits: 24}}]}");
  EXPECT_EQ(song.deliver(0).stems().format().bits(), Format::BITS_32F);
  EXPECT_EQ(song.deliver(1).format().bits(), Format::BITS_16);
  EXPECT_EQ(song.deliver(2).mixes(0).format().bits(), Format::BITS_24);
}

TEST(SpecReader, WrongFormatsAreTold) {
  const auto told = [](const std::string& format) {
    return Told(SongOf("tracks: [{name: V, file: v.wav}]\ndeliver: [{stems: {format: " + format + "}}]"));
  };
  EXPECT_THAT(told("wav20"), ElementsAre(HasSubstr("album.yaml:7:32: ")));
  EXPECT_THAT(told("wav20"),
              ElementsAre(HasSubstr("format: \"wav20\": not a format (wav16, wav24, wav32f)")));
  EXPECT_THAT(told("flac24"), ElementsAre(HasSubstr("not supported yet")));
  EXPECT_THAT(told("{bits: 20}"), ElementsAre(HasSubstr("bits: \"20\" is none of 16, 24, 32f")));
  EXPECT_THAT(told("{dither: noise}"), ElementsAre(HasSubstr("dither: \"noise\" is none of none, tpdf")));
  EXPECT_THAT(told("{channels: 5.1}"), ElementsAre(HasSubstr("channels: \"5.1\" is none of mono, stereo")));
  EXPECT_THAT(told("{sample_rate: 96}"), ElementsAre(HasSubstr("out of range (8000 to 768000 Hz)")));
  EXPECT_THAT(told("[wav24]"),
              ElementsAre(HasSubstr("format must be a map of keys and values, found a list")));
}

TEST(SpecReader, APanMayBeOneOrOneForEachSide) {
  EXPECT_THAT(ReadSong("tracks: [{name: V, file: v.wav, pan: [-30, 30]}]").tracks(0).pan(),
              ElementsAre(-30, 30));
  EXPECT_THAT(Told(TrackOf("pan: [-30, 200]")), ElementsAre(HasSubstr("pan: 200 is out of range")));
  EXPECT_THAT(Told(TrackOf("pan: [1, 2, 3]")), ElementsAre(HasSubstr("pan has 3 values")));
}

TEST(SpecReader, ALevelMayBeSilence) {
  const Song song = ReadSong("tracks: [{name: V, file: v.wav, fader: -inf}]");
  EXPECT_TRUE(std::isinf(song.tracks(0).fader()) && song.tracks(0).fader() < 0);
}

TEST(SpecReader, SwitchesAreWrittenInManyWays) {
  for (const char* word : {"true", "True", "yes", "on", "TRUE"})
    EXPECT_TRUE(
        ReadSong(std::string("tracks: [{name: V, file: v.wav, mute: ") + word + "}]").tracks(0).mute());
  for (const char* word : {"false", "no", "off"})
    EXPECT_FALSE(
        ReadSong(std::string("tracks: [{name: V, file: v.wav, mute: ") + word + "}]").tracks(0).mute());
}

TEST(SpecReader, FindingsOfTheCheckHaveALineToo) {
  EXPECT_THAT(
      Told(TrackOf("bus: Drumz") + "    buses: [{name: Drums}]\n"),
      ElementsAre(
          "album.yaml:7:40: song \"One\": track \"Kick\": no bus \"Drumz\"; did you mean \"Drums\"?"));
}

TEST(SpecReader, AWarningSaysThatItIsOne) {
  EXPECT_THAT(
      Told(TrackOf("pan: 0") + "    buses: [{name: Drums}]\n"),
      ElementsAre("album.yaml:8:13: warning: song \"One\": nothing feeds the bus \"Drums\"; it is silent"));
}

TEST(SpecReader, ReadsAFile) {
  const test::Folder folder;
  const absl::StatusOr<Spec> spec = ReadSpec(folder.Write("album.yaml", kCompleteAlbum), Solo::kRefuse);
  ASSERT_TRUE(spec.ok());
  EXPECT_FALSE(HasErrors(spec->findings));
  EXPECT_EQ(spec->text, kCompleteAlbum);
  EXPECT_EQ(spec->path, folder / "album.yaml");
}

TEST(SpecReader, AFileThatIsNotThereIsNotFound) {
  const test::Folder folder;
  const absl::Status status = ReadSpec(folder / "no.yaml", Solo::kRefuse).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(status.message(), HasSubstr("no.yaml: no such file"));
}

TEST(SpecReader, AFolderIsToldAsOne) {
  const test::Folder folder;
  const absl::Status status = ReadSpec(folder.path(), Solo::kRefuse).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("is a folder"));
}

TEST(SpecReader, AFileThatIsNoSpecIsAFinding) {
  const test::Folder folder;
  for (const std::string& text : {std::string(), std::string("\x00\x01\x02", 3), std::string("\xFF\xFE"),
                                  std::string(size_t{5} << 20, '#'), std::string("a: [")}) {
    const absl::StatusOr<Spec> spec = ReadSpec(folder.Write("album.yaml", text), Solo::kRefuse);
    ASSERT_TRUE(spec.ok());
    ASSERT_EQ(spec->findings.size(), 1u);
    EXPECT_EQ(spec->findings[0].file(), folder / "album.yaml");
    EXPECT_GE(spec->findings[0].line(), 1);
    EXPECT_GE(spec->findings[0].column(), 1);
  }
}

}  // namespace
}  // namespace trackout
