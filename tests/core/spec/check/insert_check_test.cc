// What is wrong or doubtful in inserts: side-chains, bands, ranges, and what has no effect.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::SongOf;
using test::Told;
using test::TrackOf;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> ToldOf(const std::string& insert) {
  return Told(TrackOf("inserts: [{" + insert + "}]"));
}
std::vector<std::string> ToldOfBand(const std::string& band) {
  return ToldOf("type: eq, name: Tone, bands: [{shape: bell, frequency: 90}, {frequency: 100, " + band +
                "}]");
}
// Of a bus with one insert, in line 6.
std::vector<std::string> ToldOfBus(const std::string& keys) {
  return Told(SongOf("buses: [{name: Drums, " + keys + "}]\ntracks: [{name: K, file: k.wav, bus: Drums}]"));
}

TEST(InsertCheck, WholeInsertsAreSilent) {
  EXPECT_THAT(Told(SongOf(R"(sample_rate: 48000
tempo: [{bar: 1, bpm: 120}]
buses:
  - {name: Drums, inserts: [{type: compressor, sidechain: Vox, lookahead: 240smp}]}
  - {name: Vox, inserts: [{type: deesser}, {type: saturator}]}
returns:
  - {name: Echo, inserts: [{type: delay, time: 1/8., low_cut: 200, high_cut: 5000, ping_pong: true}]}
  - {name: Hall, inserts: [{type: reverb, impulse: hall.wav, gain: -3}]}
tracks:
  - name: Kick
    file: k.wav
    bus: Drums
    inserts:
      - {type: expander, name: Gate, ratio: inf, sidechain_filter: {low_cut: 40, high_cut: 200}}
      - {type: eq, bands: [{shape: low_cut, frequency: 30, slope: 24}, {shape: tilt, frequency: 900, gain: 2}]}
      - {type: expander, sidechain: 'track:Lead'}
  - {name: Lead, file: l.wav, bus: Vox, sends: [{to: Echo}, {to: Hall}], inserts: [{type: width, width: 50}]}
master: {inserts: [{type: compressor, sidechain: Drums}, {type: limiter}]}
)")),
              IsEmpty());
}

TEST(InsertCheck, NamesAreUniqueWithinAStrip) {
  EXPECT_THAT(
      Told(TrackOf("inserts: [{type: gain, name: A}, {type: gain}, {type: gain}, {type: eq, name: A, bands: "
                   "[{shape: bell, frequency: 90}]}]")),
      ElementsAre(HasSubstr("track \"Kick\": duplicate insert \"A\"; names are unique among its inserts, "
                            "rename one")));
  EXPECT_THAT(
      Told(SongOf("tracks: [{name: K, file: k.wav, inserts: [{type: gain, name: A}]}]\nmaster: {inserts: "
                  "[{type: gain, name: A}]}")),
      IsEmpty());
}

TEST(InsertCheck, InsertsAndBandsHaveABound) {
  const auto list_of = [](int count, const std::string& item) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ", ") + item;
    return "[" + list + "]";
  };
  EXPECT_THAT(Told(TrackOf("inserts: " + list_of(32, "{type: gain}"))), IsEmpty());
  EXPECT_THAT(Told(TrackOf("inserts: " + list_of(33, "{type: gain}"))),
              ElementsAre(HasSubstr("track \"Kick\" has 33 inserts; 32 are the most")));
  EXPECT_THAT(ToldOf("type: eq, bands: " + list_of(32, "{shape: bell, frequency: 90}")), IsEmpty());
  EXPECT_THAT(ToldOf("type: eq, bands: " + list_of(33, "{shape: bell, frequency: 90}")),
              ElementsAre(HasSubstr("it has 33 bands; 32 are the most, write a second eq")));
}

TEST(InsertCheck, ASideChainNamesAnotherStrip) {
  EXPECT_THAT(
      ToldOf("type: compressor, name: Glue, sidechain: Kik"),
      ElementsAre("album.yaml:7:87: song \"One\": track \"Kick\": insert \"Glue\": its side-chain \"Kik\" is "
                  "no track, bus or return; did you mean \"Kick\"?"));
  EXPECT_THAT(ToldOf("type: compressor, sidechain: Kick"),
              ElementsAre(HasSubstr(
                  "track \"Kick\": compressor: its side-chain is the track \"Kick\" itself, which it "
                  "hears anyway; leave `sidechain` out")));
}

TEST(InsertCheck, OnlyADetectorHasASideChain) {
  EXPECT_THAT(
      Told(SongOf("tracks: [{name: K, file: k.wav}, {name: S, file: s.wav, inserts: [{type: limiter, "
                  "sidechain: K}]}]")),
      ElementsAre(HasSubstr("limiter: a side-chain is of a compressor or an expander, and this is of type "
                            "limiter; remove it")));
}

TEST(InsertCheck, SideChainsFormNoCycle) {
  // The kick's bus ducks what ducks it.
  EXPECT_THAT(
      Told(
          SongOf("buses:\n  - {name: A, inserts: [{type: compressor, sidechain: B}]}\n  - {name: B, inserts: "
                 "[{type: compressor, sidechain: A}]}\ntracks: [{name: K, file: k.wav, bus: A}, {name: S, "
                 "file: s.wav, bus: B}]")),
      ElementsAre(AllOf(HasSubstr("buses and side-chains form a cycle: \"A\" -> \"B\" -> \"A\"; take a "
                                  "side-chain away"),
                        HasSubstr("album.yaml:8:59: "))));
  // A track that listens to its own bus.
  EXPECT_THAT(
      Told(SongOf("buses: [{name: Drums}]\ntracks:\n  - {name: K, file: k.wav, bus: Drums, inserts: [{type: "
                  "expander, sidechain: Drums}]}")),
      ElementsAre(HasSubstr("form a cycle: \"track:K\" -> \"Drums\" -> \"track:K\"")));
  // Over a send.
  EXPECT_THAT(
      Told(
          SongOf("returns: [{name: Hall}]\ntracks:\n  - {name: K, file: k.wav, sends: [{to: Hall}], inserts: "
                 "[{type: expander, sidechain: Hall}]}")),
      ElementsAre(HasSubstr("buses, sends and side-chains form a cycle: \"track:K\" -> \"Hall\" -> "
                            "\"track:K\"")));
}

TEST(InsertCheck, QSlopeAndGainAreOfTheirShapes) {
  EXPECT_THAT(ToldOfBand("shape: low_cut, q: 2"), IsEmpty());
  EXPECT_THAT(ToldOfBand("shape: low_cut, q: 2, slope: 12"), IsEmpty());
  EXPECT_THAT(
      ToldOfBand("shape: high_cut, q: 2, slope: 24"),
      ElementsAre(HasSubstr("track \"Kick\": insert \"Tone\": band2: q is of cuts at 12 dB/oct only; remove "
                            "it, or write slope: 12")));
  EXPECT_THAT(ToldOfBand("shape: bell, slope: 12"),
              ElementsAre(HasSubstr("band2: slope is of cuts only; remove it")));
  EXPECT_THAT(ToldOfBand("shape: low_cut, slope: 20"),
              ElementsAre(HasSubstr("band2: slope: 20 is none of 6, 12, 18, 24, 36, 48 dB/oct")));
  for (const char* shape : {"low_cut", "high_cut", "notch"}) {
    EXPECT_THAT(ToldOfBand(std::string("gain: 3, shape: ") + shape),
                ElementsAre(HasSubstr("band2: gain is of shelves, bells and tilts only; remove it")));
  }
  for (const char* shape : {"low_shelf", "high_shelf", "bell", "tilt"}) {
    EXPECT_THAT(ToldOfBand(std::string("gain: 3, q: 1, shape: ") + shape), IsEmpty());
  }
}

TEST(InsertCheck, AReverbIsOfOneKind) {
  for (const char* key : {"decay: 2s", "damping: 5000", "low_cut: 90", "width: 50"}) {
    EXPECT_THAT(ToldOf(std::string("type: reverb, impulse: h.wav, ") + key),
                ElementsAre(HasSubstr("is of the computed reverb, and this one is its impulse; remove ")))
        << key;
  }
  EXPECT_THAT(
      ToldOf("type: reverb, gain: 3"),
      ElementsAre(HasSubstr("reverb: gain is of a reverb with an impulse; name the impulse's file, or remove "
                            "gain")));
  EXPECT_THAT(ToldOf("type: reverb, impulse: h.wav, predelay: 10ms, gain: 3, mix: 20"), IsEmpty());
}

TEST(InsertCheck, CutsLeaveSomethingBetweenThem) {
  EXPECT_THAT(
      ToldOf("type: delay, time: 1s, low_cut: 500, high_cut: 500"),
      ElementsAre(HasSubstr("delay: low_cut: 500 Hz is not below high_cut, 500 Hz; nothing would pass")));
  EXPECT_THAT(ToldOf("type: expander, sidechain_filter: {low_cut: 501, high_cut: 500}"),
              ElementsAre(HasSubstr("sidechain_filter.low_cut: 501 Hz is not below")));
  EXPECT_THAT(ToldOf("type: compressor, sidechain_filter: {low_cut: 499, high_cut: 500}"), IsEmpty());
}

TEST(InsertCheck, NotesNeedATempoAndARange) {
  const auto told = [](const std::string& tempo, const std::string& time) {
    return Told(
        SongOf(tempo + "tracks: [{name: K, file: k.wav, inserts: [{type: delay, time: " + time + "}]}]"));
  };
  EXPECT_THAT(told("", "1/8"),
              ElementsAre(HasSubstr("delay: time: 1/8 needs the song's tempo; write `tempo`, or seconds")));
  EXPECT_THAT(told("tempo: [{bar: 1, bpm: 120}]\n", "1/8t"), IsEmpty());
  EXPECT_THAT(told("tempo: [{bar: 1, bpm: 120}, {bar: 5, bpm: 20}]\n", "4/1"),
              ElementsAre(HasSubstr("time: 4/1 at 20 bpm is 48 s, out of range (0.0001 to 10 s)")));
}

TEST(InsertCheck, BarsAreNoLengths) {
  EXPECT_THAT(
      Told(SongOf("tempo: [{bar: 1, bpm: 120}]\ntracks: [{name: K, file: k.wav, inserts: [{type: compressor, "
                  "attack: 1|1|2}]}]")),
      ElementsAre(
          HasSubstr("compressor: attack: bar|beat|sixteenth is a place, not a length; write seconds or "
                    "samples")));
}

TEST(InsertCheck, WidthAndPingPongAreOfStereo) {
  EXPECT_THAT(ToldOfBus("channels: mono, inserts: [{type: width}]"),
              ElementsAre(HasSubstr(
                  "bus \"Drums\": width: the bus \"Drums\" is mono; width is for stereo, remove it")));
  EXPECT_THAT(ToldOfBus("channels: '5.1', inserts: [{type: width}]"), ElementsAre(HasSubstr("is surround")));
  EXPECT_THAT(ToldOfBus("inserts: [{type: width}]"), IsEmpty());
  EXPECT_THAT(ToldOfBus("channels: mono, inserts: [{type: delay, time: 1s, ping_pong: true}]"),
              ElementsAre(AllOf(HasSubstr("warning: "), HasSubstr("is mono; ping_pong needs two sides"))));
  EXPECT_THAT(
      Told(SongOf("tracks: [{name: K, file: k.wav}]\nmaster: {channels: mono, inserts: [{type: width}]}")),
      ElementsAre(HasSubstr("master: width: the master is mono")));
}

TEST(InsertCheck, InsertsOfWhatIsPrintedAreAWarning) {
  EXPECT_THAT(ToldOfBus("print: p.wav, inserts: [{type: gain}]"),
              ElementsAre(HasSubstr(
                  "warning: song \"One\": bus \"Drums\": its print stands in for the inserts, which "
                  "are not heard")));
  EXPECT_THAT(Told(TrackOf("print: p.wav, inserts: [{type: gain}]")), ElementsAre(HasSubstr("warning: ")));
}

TEST(InsertCheck, InsertsThatNoFileDescribesAreCheckedToo) {
  Album album;
  album.add_deliver()->add_mixes()->set_name("master");
  Song& song = *album.add_songs();
  Track& track = *song.add_tracks();
  track.set_name("K");
  track.set_file("k.wav");
  track.add_inserts();
  track.add_inserts()->mutable_eq()->add_bands()->set_q(99);
  Compressor& compressor = *track.add_inserts()->mutable_compressor();
  compressor.mutable_attack()->set_nanoseconds(-5);
  compressor.mutable_release()->mutable_notes()->set_unit(8);
  compressor.mutable_lookahead()->set_nanoseconds(30'000'000);
  track.add_inserts()->mutable_delay();
  std::vector<std::string> messages;
  for (const Finding& finding : CheckAlbum(album, Solo::kRefuse)) messages.push_back(finding.message());
  EXPECT_THAT(
      messages,
      ElementsAre(HasSubstr("insert: it has no type"), HasSubstr("eq: band1.frequency is missing"),
                  HasSubstr("band1.q: 99 is out of range (0.05 to 40)"), HasSubstr("band1: shape is missing"),
                  HasSubstr("attack: a length may not be negative"),
                  HasSubstr("release: a note's length is no time here"),
                  HasSubstr("lookahead: 0.03 s is out of range (0 to 20 ms)"),
                  HasSubstr("delay: time is missing")));
}

}  // namespace
}  // namespace trackout
