// How YAML becomes a message by its descriptors: every kind of mistake, with its line, column and remedy.
#include "core/spec/message_filler.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::AlbumOf;
using test::SongOf;
using test::Told;
using test::TrackOf;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> Words(const std::string& text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

// What is told of a bare map with this text, filled into a message of this type.
std::vector<std::string> ToldOf(const google::protobuf::Message& type, const std::string& text) {
  YamlNode root;
  Finding error;
  EXPECT_TRUE(ReadYaml(text, root, error)) << error.message();
  std::vector<Finding> findings;
  Positions positions;
  const std::unique_ptr<google::protobuf::Message> message(type.New());
  MessageFiller(findings, positions).Fill(root, *message);
  std::vector<std::string> told;
  for (const Finding& finding : findings) told.push_back(Describe(finding));
  return told;
}

TEST(MessageFiller, TellsAnUnknownKeyAndTheNearestKnown) {
  EXPECT_THAT(
      Told(TrackOf("paan: 5")),
      ElementsAre(
          "album.yaml:7:35: song \"One\": track \"Kick\": unknown key \"paan\"; did you mean \"pan\"?"));
}

TEST(MessageFiller, SuggestsKeysOfLaterVersionsToo) {
  EXPECT_THAT(Told(TrackOf("insert: []")),
              ElementsAre(HasSubstr("unknown key \"insert\"; did you mean \"inserts\"?")));
}

TEST(MessageFiller, SuggestsNothingForAKeyThatIsLikeNone) {
  EXPECT_THAT(Told(TrackOf("xylophone: 5")),
              ElementsAre("album.yaml:7:35: song \"One\": track \"Kick\": unknown key \"xylophone\""));
}

TEST(MessageFiller, KnowsWhereAnUnknownKeyOfTheAlbumStands) {
  EXPECT_THAT(Told("title: x\n" + SongOf("tracks: [{name: Kick, file: k.wav}]")),
              ElementsAre(HasSubstr("album.yaml:1:1: unknown key \"title\"")));
}

TEST(MessageFiller, KeysAreToldApartByCase) {
  EXPECT_THAT(Told(TrackOf("Pan: 5")), ElementsAre(HasSubstr("unknown key \"Pan\"; did you mean \"pan\"?")));
}

TEST(MessageFiller, DoesNotTakeKeysThatAreNotOfTheLanguage) {
  EXPECT_THAT(
      Told(SongOf("tracks: [{name: K, file: k.wav}]\ndeliver: [{mixes: [{name: vocal_up, step: 2}]}]")),
      ElementsAre(HasSubstr("unknown key \"step\"")));
}

TEST(MessageFiller, RefusesEveryKeyOfALaterVersionAsSuch) {
  int keys = 0;
  const auto* file = Album::descriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i) {
    const auto* type = file->message_type(i);
    const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
    for (const std::string& key : Words(type->options().GetExtension(later))) {
      EXPECT_THAT(ToldOf(*prototype, "{" + key + ": 1}"), Contains(HasSubstr(":1:2: ")))
          << type->name() << "." << key;
      EXPECT_THAT(ToldOf(*prototype, "{" + key + ": 1}"),
                  Contains(HasSubstr("key \"" + key + "\" is not supported yet")))
          << type->name() << "." << key;
      ++keys;
    }
  }
  EXPECT_GT(keys, 12);
}

// The keys as spec.md lists them, thing by thing.
TEST(MessageFiller, KnowsEveryKeyOfTheLanguage) {
  const auto expect_known = [](const google::protobuf::Message& type, const std::string& keys) {
    for (const std::string& key : Words(keys)) {
      EXPECT_THAT(ToldOf(type, "{" + key + ": 1}"), Not(Contains(HasSubstr("unknown key"))))
          << type.GetTypeName() << "." << key;
    }
  };
  expect_known(
      Album(),
      "album artist catalog label year genre copyright date revision artist_initials mixer_initials credits "
      "deliver packages pan_law songs");
  expect_known(
      Song(),
      "title folder isrc version key explicit artist sample_rate start length tail max_tail tempo bar_1_at "
      "timecode markers versions edits tracks buses returns master deliver");
  expect_known(Version(), "name isrc replace silence");
  expect_known(EditRequest(), "name sections length fade_out");
  expect_known(Section(), "from to crossfade");
  expect_known(SendRequest(), "to level pan tap");
  expect_known(Tempo(), "bar at bpm meter ramp");
  expect_known(Marker(), "name at length");
  expect_known(
      Track(),
      "name bus file clips role di print polarity delay inserts sends fader width pan mute solo automation "
      "pan_law");
  expect_known(Clip(), "file start offset length gain fade_in fade_out fade_shape channels");
  expect_known(
      Bus(),
      "name role color channels bus polarity delay inserts sends fader width pan mute solo automation");
  expect_known(Master(), "channels inserts fader inserts_at automation print");
  expect_known(Gain(), "level polarity");
  expect_known(Width(), "width");
  expect_known(Eq(), "bands");
  expect_known(EqBand(), "shape frequency gain q slope");
  expect_known(
      Compressor(),
      "threshold ratio knee attack release hold lookahead detector link makeup mix sidechain_filter");
  expect_known(SidechainFilter(), "low_cut high_cut");
  expect_known(Expander(), "threshold ratio range attack hold release lookahead sidechain_filter");
  expect_known(Deesser(), "frequency threshold ratio range");
  expect_known(Limiter(), "ceiling lookahead release drive");
  expect_known(Saturator(), "drive curve mix output");
  expect_known(Delay(), "time feedback low_cut high_cut ping_pong mix");
  expect_known(Reverb(), "decay predelay damping low_cut width mix impulse gain");
  expect_known(Deliverable(),
               "preset tracks stems mixes speakers session report tempo sheet format names edit version");
  expect_known(TracksRequest(), "processing layout combine format names version");
  expect_known(StemGroup(), "name of");
  expect_known(StemsRequest(), "groups processing master returns partial format names edit version");
  expect_known(MixRequest(), "name buses without gains key format names edit version");
  expect_known(Format(), "container bits sample_rate dither channels layout");
}

TEST(MessageFiller, RefusesEveryWordOfALaterVersionAsSuch) {
  const auto told = [](const std::string& entry) {
    return Told(SongOf("tracks: [{name: K, file: k.wav}]\ndeliver: [" + entry + "]"));
  };
  EXPECT_THAT(told("{mixes: [master], format: {dither: shaped}}"),
              ElementsAre(HasSubstr("\"shaped\" is not supported yet")));
  EXPECT_THAT(told("{tracks: {}, format: {channels: auto}}"),
              ElementsAre(HasSubstr("\"auto\" is not supported yet")));
  for (const char* word : {"aiff", "flac"}) {
    EXPECT_THAT(told(std::string("{stems: {format: {container: ") + word + "}}}"),
                ElementsAre(HasSubstr("is not supported yet")));
  }
}

TEST(MessageFiller, TellsAMissingKeyAtTheThingThatLacksIt) {
  EXPECT_THAT(Told(SongOf("tracks:\n  - file: k.wav")),
              ElementsAre("album.yaml:7:9: song \"One\": track: the key \"name\" is missing"));
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, file: k.wav}]").erase(9, 10)),
              ElementsAre("album.yaml:1:1: the key \"artist\" is missing"));
}

TEST(MessageFiller, TellsWhatIsEmpty) {
  EXPECT_THAT(Told(SongOf("tracks:\n  - {name: ' ', file: k.wav}")),
              ElementsAre(AllOf(HasSubstr("album.yaml:7:16: "), HasSubstr("name is empty"))));
  EXPECT_THAT(Told("album: A\nartist: B\nsongs: []\n"),
              ElementsAre("album.yaml:3:8: songs is an empty list"));
}

TEST(MessageFiller, TellsAKeyWithoutAValue) {
  EXPECT_THAT(Told(TrackOf("bus: ~")),
              ElementsAre(HasSubstr("album.yaml:7:35: song \"One\": track \"Kick\": \"bus\" has no value")));
}

TEST(MessageFiller, TellsADuplicateKeyAndWhereItsFirstStands) {
  EXPECT_THAT(Told(SongOf("tracks:\n  - name: Kick\n    file: k.wav\n    name: Snare")),
              ElementsAre("album.yaml:9:9: song \"One\": track \"Kick\": duplicate key \"name\" (first in "
                          "line 7); keep one"));
}

TEST(MessageFiller, TellsWrongTypesOfNumbers) {
  EXPECT_THAT(Told(TrackOf("fader: loud")),
              ElementsAre("album.yaml:7:42: song \"One\": track \"Kick\": fader: expected a level in dB or "
                          "-inf, found \"loud\""));
  EXPECT_THAT(Told(TrackOf("fader: [1]")), ElementsAre(HasSubstr(":7:42: ")));
  EXPECT_THAT(Told(TrackOf("fader: [1]")), ElementsAre(HasSubstr("fader: expected one value, found a list")));
  EXPECT_THAT(Told(TrackOf("fader: {a: 1}")),
              ElementsAre(HasSubstr("fader: expected one value, found a map")));
  EXPECT_THAT(Told(TrackOf("pan: left")), ElementsAre(HasSubstr("pan: expected a number, found \"left\"")));
  EXPECT_THAT(
      Told(SongOf("sample_rate: 44100.5\ntracks: [{name: K, file: k.wav}]")),
      ElementsAre(AllOf(HasSubstr("album.yaml:6:18: "), HasSubstr("sample_rate: expected a whole number"))));
}

TEST(MessageFiller, ReadsSilenceInQuotesForJsonHasNoOtherWay) {
  EXPECT_THAT(Told(TrackOf("fader: \"-inf\"")), IsEmpty());
  EXPECT_THAT(Told(TrackOf("pan: \"-inf\"")), ElementsAre(HasSubstr("pan: expected a number")));
}

TEST(MessageFiller, RefusesANumberInQuotes) {
  EXPECT_THAT(
      Told(TrackOf("fader: \"-3\"")),
      ElementsAre(AllOf(HasSubstr("album.yaml:7:42: "), HasSubstr("found \"-3\" in quotes; remove them"))));
}

TEST(MessageFiller, RefusesALevelThatIsNoNumber) {
  EXPECT_THAT(Told(TrackOf("fader: .nan")),
              ElementsAre(HasSubstr("expected a level in dB or -inf, found \".nan\"")));
  EXPECT_THAT(Told(TrackOf("fader: .inf")), ElementsAre(HasSubstr("found \".inf\"")));
  EXPECT_THAT(Told(TrackOf("pan: .nan")), ElementsAre(HasSubstr("pan: expected a number, found \".nan\"")));
}

TEST(MessageFiller, TellsTheRangeOfANumber) {
  EXPECT_THAT(
      Told(TrackOf("pan: 101")),
      ElementsAre(HasSubstr(":7:40: song \"One\": track \"Kick\": pan: 101 is out of range (-100 to 100)")));
  EXPECT_THAT(Told(TrackOf("pan: -100.01")), ElementsAre(HasSubstr("out of range (-100 to 100)")));
  EXPECT_THAT(Told(TrackOf("fader: 121")),
              ElementsAre(HasSubstr("fader: 121 is out of range (-inf to 120 dB)")));
  EXPECT_THAT(Told(SongOf("sample_rate: 7999\ntracks: [{name: K, file: k.wav}]")),
              ElementsAre(HasSubstr("sample_rate: 7999 is out of range (8000 to 768000 Hz)")));
}

TEST(MessageFiller, TellsWrongTypesOfTextsListsAndMaps) {
  EXPECT_THAT(
      Told(TrackOf("bus: [Drums]")),
      ElementsAre(HasSubstr(":7:40: song \"One\": track \"Kick\": bus: expected one value, found a list")));
  EXPECT_THAT(Told(SongOf("tracks: Kick")),
              Contains(HasSubstr("album.yaml:6:13: song \"One\": tracks: expected a list, found \"Kick\"")));
  EXPECT_THAT(Told(SongOf("tracks: [Kick]")),
              Contains(HasSubstr(
                  "album.yaml:6:14: song \"One\": track must be a map of keys and values, found \"Kick\"")));
  EXPECT_THAT(Told(SongOf("master: -3\ntracks: [{name: K, file: k.wav}]")),
              ElementsAre(HasSubstr("master must be a map of keys and values, found \"-3\"")));
  EXPECT_THAT(Told("- a\n- b\n"),
              ElementsAre("album.yaml:1:1: album must be a map of keys and values, found a list"));
  EXPECT_THAT(Told("just words\n"),
              ElementsAre("album.yaml:1:1: album must be a map of keys and values, found \"just words\""));
}

TEST(MessageFiller, TellsWrongTypesOfSwitches) {
  EXPECT_THAT(Told(TrackOf("mute: 1")),
              ElementsAre(HasSubstr(
                  ":7:41: song \"One\": track \"Kick\": mute: expected true or false, found \"1\"")));
  EXPECT_THAT(Told(TrackOf("mute: 'true'")), ElementsAre(HasSubstr("mute: expected true or false")));
}

TEST(MessageFiller, TellsTheWordsOfAChoice) {
  EXPECT_THAT(Told(TrackOf("role: drumz")),
              ElementsAre(AllOf(HasSubstr(":7:41: "),
                                HasSubstr("role: \"drumz\" is none of drums, percussion, bass, "),
                                HasSubstr("did you mean \"drums\"?"))));
  EXPECT_THAT(Told(TrackOf("pan_law: -5dB")),
              ElementsAre(HasSubstr("is none of -3dB, -4.5dB, -6dB, 0dB, -3dB_compensated")));
  EXPECT_THAT(Told(TrackOf("role: unspecified")), ElementsAre(HasSubstr("\"unspecified\" is none of")));
}

TEST(MessageFiller, TellsWrongTimes) {
  const auto told = [](const std::string& start) {
    return Told(SongOf("tracks:\n  - {name: K, clips: [{file: k.wav, start: " + start + "}]}"));
  };
  EXPECT_THAT(told("12"), ElementsAre(AllOf(HasSubstr(
                              "album.yaml:7:48: track \"K\": clip: start: \"12\": a time needs a unit"))));
  EXPECT_THAT(told("-5s"), ElementsAre(HasSubstr("may not be negative")));
  EXPECT_THAT(told("[1s]"), ElementsAre(HasSubstr("start: expected a time, found a list")));
}

TEST(MessageFiller, TellsSeveralErrorsAtOnceInTheOrderOfTheText) {
  EXPECT_THAT(Told(SongOf("explicit: maybe\ntracks:\n  - {nam: Kick, fader: x, pan: 200}\nbuses: 3")),
              ElementsAre(HasSubstr("album.yaml:6:15: "), HasSubstr("album.yaml:8:10: "),
                          HasSubstr("album.yaml:8:28: "), HasSubstr("album.yaml:8:36: "),
                          HasSubstr("the key \"name\" is missing"), HasSubstr("album.yaml:9:12: ")));
}

TEST(MessageFiller, TellsEveryErrorOfALongSpec) {
  std::string tracks = "tracks:\n";
  for (int i = 0; i < 200; ++i) tracks += "  - {name: K, fil: k.wav}\n";
  const std::vector<std::string> told = Told(SongOf(tracks));
  ASSERT_EQ(told.size(), 200u);
  EXPECT_THAT(told.back(), HasSubstr("album.yaml:206:19: "));
}

}  // namespace
}  // namespace trackout
