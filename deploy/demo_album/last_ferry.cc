// "The Last Ferry": a waltz in D minor, 96 bpm, that lands in D major. Four bars of intro, eight of
// verse, eight of chorus, and a last chord in bar 21. One function for each player or group.
#include <string_view>
#include <utility>
#include <vector>

#include "deploy/demo_album/instruments/cymbals.h"
#include "deploy/demo_album/instruments/drums.h"
#include "deploy/demo_album/instruments/keys.h"
#include "deploy/demo_album/instruments/plucked.h"
#include "deploy/demo_album/instruments/sustained.h"
#include "deploy/demo_album/instruments/voice.h"
#include "deploy/demo_album/room.h"
#include "deploy/demo_album/score.h"
#include "deploy/demo_album/session.h"
#include "deploy/demo_album/songs.h"

namespace trackout::demo {
namespace {

constexpr int kSampleRate = 44100;
constexpr double kLength_s = 45;
constexpr Grid kGrid = {.bpm = 96, .beats_per_bar = 3, .swing = 0.59, .swung_per_beat = 1};
constexpr int kVerse = 5, kChorus = 13, kEnd = 21;

constexpr std::string_view kChanges =
    "D2 A3 D4 F4 | Bb1 A3 D4 F4 | G1 Bb3 D4 F4 | A1 G3 C#4 E4 |"
    "D2 A3 D4 F4 | C2 A3 D4 F4 | Bb1 A3 D4 F4 | A1 A3 C4 F4 | G1 Bb3 D4 F4 | D2 A3 D4 F4 | E2 Bb3 D4 G4 | A1 "
    "G3 C#4 E4 |"
    "Bb1 A3 D4 F4 | C2 G3 C4 E4 | A1 G3 C4 E4 | D2 A3 D4 F4 | G1 Bb3 D4 F4 | C2 Bb3 E4 G4 | G1 Bb3 D4 E4 | "
    "A1 G3 C#4 E4 |"
    "D2 A3 D4 F#4";

const Chord& ChordOf(int bar) {
  static const std::vector<Chord> changes = Changes(kChanges);
  return changes[static_cast<size_t>(bar - 1)];
}

// Grows through the verse, and again through the chorus.
double LoudnessOf(int bar) {
  if (bar < kVerse) return 0.6;
  if (bar < kChorus) return 0.62 + 0.02 * (bar - kVerse);
  return bar < kEnd ? 0.9 + 0.0125 * (bar - kChorus) : 0.8;
}

void HoldEnd(Player& player, double beats, double velocity, std::vector<Note>& part) {
  for (double pitch : ChordOf(kEnd).tones) part.push_back(player.Play(kEnd, 1, beats, pitch, velocity));
}

// Eighths of a bar for one drum, in the verse, in the chorus, and in the bars that end them.
struct Pattern {
  std::string_view verse_odd, verse_even, chorus_odd, chorus_even, fill;
};

std::vector<Note> DrumPart(const Pattern& pattern, uint64_t seed, double pitch) {
  Player player(kGrid, seed, 0.006, 0.003);
  std::vector<Note> part;
  for (int bar = kVerse; bar < kEnd; ++bar) {
    const bool odd = bar % 2 == 1;
    std::string_view tab = odd ? pattern.verse_odd : pattern.verse_even;
    if (bar >= kChorus) tab = odd ? pattern.chorus_odd : pattern.chorus_even;
    if (bar == kChorus - 1 || bar == kEnd - 1) tab = pattern.fill;
    player.Tab(bar, tab, LoudnessOf(bar), pitch, part);
  }
  return part;
}

// The close microphones, and the room, which hears them all.
void RecordDrums(Session& session) {
  Player player(kGrid, 201, 0.004);
  Take kick = session.BlankMono(), snare = session.BlankMono(), ride = session.BlankMono();
  Take toms = session.BlankMono(), shaker = session.BlankMono(), crash = session.BlankMono();

  std::vector<Note> kicks = DrumPart({"o.....", "o....g", "X...o.", "X..g.o", "X....."}, 202, 0);
  player.Tab(kEnd, "X..", 0.8, 0, kicks);
  Beat(Kick, kicks, 2202, kSampleRate, kick.Mono());
  Beat(BrushSnare, DrumPart({"..x.x.", "..x.xg", "..X.Xg", "..X.Xo", "..x.oo"}, 203, 0), 2203, kSampleRate,
       snare.Mono());

  std::vector<Note> rides = DrumPart({"......", "......", "X.xox.", "X.xoxo", "x.x..."}, 204, 0);
  for (int bar = kVerse + 4; bar < kChorus - 1; ++bar) player.Tab(bar, "o.o.o.", 0.6, 0, rides);
  player.Tab(kEnd, "x..", 0.7, 0, rides);
  Beat(Ride, rides, 2204, kSampleRate, ride.Mono());

  std::vector<Note> tom_part =
      DrumPart({"......", "......", "......", "......", "...x.."}, 205, PitchOf("C3"));
  for (int bar : {kChorus - 1, kEnd - 1}) player.Tab(bar, "....xX", 0.9, PitchOf("F2"), tom_part);
  player.Tab(kEnd, "X..", 0.8, PitchOf("D2"), tom_part);
  Beat(Tom, tom_part, 2205, kSampleRate, toms.Mono());

  Beat(Shaker, DrumPart({"ogoggo", "ogogoo", "xoxoxo", "xoxoxo", "xoxo.."}, 206, 0), 2206, kSampleRate,
       shaker.Mono());

  std::vector<Note> crashes;
  for (int bar : {kChorus, kChorus + 4, kEnd})
    crashes.push_back(player.Play(bar, 1, 3, 0, bar == kChorus ? 0.8 : 0.6));
  Beat(Crash, crashes, 2207, kSampleRate, crash.Mono());

  Take dry = session.BlankStereo(), room = session.BlankStereo();
  const struct {
    Take& take;
    double left, right;
  } kit[] = {{kick, 0.35, 0.35}, {snare, 0.6, 0.5}, {ride, 0.4, 0.8}, {toms, 0.5, 0.7}, {crash, 0.9, 0.6}};
  for (const auto& piece : kit) {
    Add(piece.take.Mono(), piece.left, dry.Left());
    Add(piece.take.Mono(), piece.right, dry.Right());
  }
  Reverberate({.decay_s = 1.1, .size = 0.6, .damping_hz = 5000, .predelay_s = 0.012, .low_cut_hz = 140},
              kSampleRate, dry.Left(), dry.Right(), room.Left(), room.Right());
  Add(dry.Left(), 1.4, room.Left());
  Add(dry.Right(), 1.4, room.Right());

  session.Keep("Kick.wav", std::move(kick), {.peak_dbfs = -6});
  session.Keep("Brush_Snare.wav", std::move(snare), {.peak_dbfs = -6});
  session.Keep("Ride.wav", std::move(ride), {.peak_dbfs = -9});
  session.Keep("Toms.wav", std::move(toms), {.peak_dbfs = -6});
  session.Keep("Shaker.wav", std::move(shaker), {.peak_dbfs = -11, .bits = Format::BITS_16});
  session.Keep("Drum_Room.wav", std::move(room), {.peak_dbfs = -7});
}

void RecordUprightBass(Session& session) {
  Player player(kGrid, 210, 0.007, 0.004);
  std::vector<Note> part;
  for (int bar = 3; bar < kEnd; ++bar) {
    std::string_view pattern = bar % 2 == 1 ? "R-----" : "R---F-";
    if (bar >= kChorus) pattern = bar % 2 == 1 ? "R---O-" : "R-F-O-";
    player.Comp(bar, ChordOf(bar), pattern, 0.2 + 0.75 * LoudnessOf(bar), part);
  }
  part.push_back(player.Play(kEnd, 1, 7, ChordOf(kEnd).bass, 0.8));
  Take take = session.BlankMono();
  Dice dice(2210);
  for (const Note& note : part) {
    PluckBass({.ring_s = 4, .brightness_hz = 420, .pluck_place = 0.3, .thump = 0.16}, note, kSampleRate, dice,
              take.Mono());
  }
  session.Keep("Upright_Bass.wav", std::move(take), {.peak_dbfs = -5});
}

void RecordPiano(Session& session) {
  Player left_hand(kGrid, 220, 0.008), right_hand(kGrid, 221, 0.008);
  std::vector<Note> part;
  // The chorus, remembered before it is sung.
  right_hand.Sing(1, 1, "F4:1 G4:.5 A4:1.5 E4:1 F4:.5 G4:1.5 A4:1 Bb4:.5 D5:1.5 C#5:1 B4:.5 A4:1.5", 0.62,
                  part);
  for (int bar = 1; bar < kEnd; ++bar) {
    const double loudness = LoudnessOf(bar);
    left_hand.Comp(bar, ChordOf(bar), "O-----", 0.6 * loudness + 0.1, part);
    if (bar >= kVerse)
      right_hand.Comp(bar, ChordOf(bar), bar < kChorus ? "..c-c-" : "..C-CC", 0.8 * loudness, part);
    if (bar >= kChorus) left_hand.Comp(bar, ChordOf(bar), "R-----", 0.65, part);
  }
  HoldEnd(left_hand, 8, 0.62, part);
  right_hand.Sing(kEnd, 1, "D5:8", 0.5, part);
  right_hand.Sing(kEnd, 2, "A5:7", 0.38, part);
  right_hand.Sing(kEnd, 3, "D6:6", 0.3, part);
  Take take = session.BlankStereo();
  Dice dice(2220);
  for (const Note& note : part) Piano(note, kSampleRate, dice, take.Left(), take.Right());
  session.Keep("Piano.wav", std::move(take), {.peak_dbfs = -6});
}

void RecordOrgan(Session& session) {
  Player player(kGrid, 225, 0.008);
  std::vector<Note> part;
  for (int bar = kVerse + 4; bar < kEnd; ++bar)
    player.Comp(bar, ChordOf(bar), "C-----", bar < kChorus ? 0.4 : 0.8, part);
  HoldEnd(player, 5, 0.6, part);
  Take cabinet = session.BlankStereo(), organ = session.BlankMono();
  for (const Note& note : part) Organ({6, 3, 8, 5, 0, 2, 0, 0, 1}, note, kSampleRate, organ.Mono());
  RotaryCabinet(1.1, kSampleRate, organ.Mono(), cabinet.Left(), cabinet.Right());
  session.Keep("Organ.wav", std::move(cabinet), {.peak_dbfs = -8});
}

void RecordStrings(Session& session) {
  Player player(kGrid, 228, 0.01);
  std::vector<Note> part;
  player.Sing(kVerse + 4, 1, "D5:3 A4:3 Bb4:3 C#5:1.5 E5:1.5 ", 0.55, part);
  player.Sing(kChorus, 1, "D5:3 E5:3 G4:3 A4:1.5 D5:1.5 F5:3 E5:3 D5:3 C#5:1.5 E5:1.5 F#5:5", 0.8, part);
  for (int bar = kChorus; bar < kEnd; ++bar) player.Comp(bar, ChordOf(bar), "1-----", 0.6, part);
  player.Sing(kEnd, 1, "A3:5", 0.6, part);
  player.Sing(kEnd, 1, "D4:5", 0.6, part);
  Take take = session.BlankStereo(), hall = session.BlankStereo();
  Dice dice(2228);
  for (const Note& note : part) StringSection(note, kSampleRate, dice, take.Left(), take.Right());
  Reverberate({.decay_s = 2.2, .size = 1, .damping_hz = 4500, .predelay_s = 0.02, .low_cut_hz = 200},
              kSampleRate, take.Left(), take.Right(), hall.Left(), hall.Right());
  Add(hall.Left(), 0.16, take.Left());
  Add(hall.Right(), 0.16, take.Right());
  session.Keep("Strings.wav", std::move(take), {.peak_dbfs = -8});
}

// Picked eighths, every string left to ring till the chord changes.
void RecordNylonGuitar(Session& session) {
  Player player(kGrid, 230, 0.006);
  std::vector<Note> part;
  for (int bar = 1; bar < kEnd; ++bar) {
    const size_t first = part.size();
    player.Comp(bar, ChordOf(bar), bar % 2 == 1 ? "O12321" : "O13231", 0.35 + 0.5 * LoudnessOf(bar), part);
    for (size_t i = first; i < part.size(); ++i) part[i].length_s = kGrid.At(bar + 1) - part[i].start_s;
  }
  player.Strum(kEnd, ChordOf(kEnd), "D--", 0.6, part);
  for (Note& note : part) {
    if (note.start_s > kGrid.At(kEnd) - 0.1) note.length_s = 5;
  }
  Take take = session.BlankMono();
  Dice dice(2230);
  for (const Note& note : part) {
    Pluck({.ring_s = 2.8, .brightness_hz = 2200, .dullness = 0.42, .pick_place = 0.28}, note, kSampleRate,
          dice, take.Mono());
  }
  GuitarBody(kSampleRate, take.Mono());
  session.Keep("Nylon_Guitar.wav", std::move(take), {.peak_dbfs = -6});
}

// "The last ferry is going over the dark, and all I love will be on a sea of smoke tonight. Carry
// me, carry me, carry me home ..."
void RecordLeadVocal(Session& session) {
  Player singer(kGrid, 240, 0.01, 0.012);
  std::vector<Note> line;
  singer.Sing(
      kVerse - 1, 3,
      "A3:1:dx  D4:2:la E4:1:fe  F4:1.5:ri E4:.5:iz D4:1:gou  F4:2:ou D4:1:vx  C4:2:dan -:.5 A3:.5:an "
      "Bb3:1:da D4:1:lai G4:1:lav  F4:1.5:wi E4:.5:bi D4:1:on  E4:1:si F4:1:xv G4:1:mou  A4:1.75:tu -:.25 "
      "G4:.5:nai E4:.5:tin ",
      0.72, line);
  singer.Sing(kChorus, 1,
              "F4:1:ke G4:.5:ri A4:1.25:mi -:.25  E4:1:ke F4:.5:ri G4:1.25:mi -:.25  A4:1:ke Bb4:.5:ri "
              "C5:1.5:mi  A4:2.5:houm -:.5 "
              "Bb4:1:ke A4:.5:ri G4:1.25:mi -:.25  G4:1:ou F4:.5:vx E4:1.5:dx  F4:1:la E4:.5:fe D4:1.5:ri  "
              "E4:1:ke C#4:1:ri E4:1:mi  D4:5.5:houm",
              0.98, line);
  Take lead = session.BlankMono(), hall = session.BlankStereo();
  Sing({.formant_scale = 1.0,
        .edge_hz = 4800,
        .edge = 0.65,
        .breath = 0.025,
        .vibrato_hz = 5.2,
        .vibrato_cents = 42,
        .slide_s = 0.045,
        .seed = 2240},
       line, kSampleRate, lead.Mono());
  Reverberate({.decay_s = 2.6, .size = 1, .damping_hz = 5000, .predelay_s = 0.045, .low_cut_hz = 220},
              kSampleRate, lead.Mono(), lead.Mono(), hall.Left(), hall.Right());
  session.Keep("Lead_Vocal.wav", std::move(lead), {.peak_dbfs = -4, .from_s = kGrid.At(kVerse - 1, 2)});
  session.Keep("Vocal_Hall.wav", std::move(hall), {.peak_dbfs = -9});
}

// Three parts, two singers each, spread from left to right.
void RecordChoir(Session& session) {
  static constexpr std::string_view kParts[] = {
      "F4:2.75:u -:.25 E4:2.75:u -:.25 E4:2.75:o -:.25 F4:2.75:o -:.25 D4:2.75:a -:.25 E4:2.75:a -:.25 "
      "D4:3:a E4:2.75:a -:.25 F#4:5:a",
      "D4:2.75:u -:.25 C4:2.75:u -:.25 C4:2.75:o -:.25 D4:2.75:o -:.25 Bb3:2.75:a -:.25 C4:2.75:a -:.25 "
      "Bb3:3:a C#4:2.75:a -:.25 D4:5:a",
      "Bb3:2.75:u -:.25 G3:2.75:u -:.25 A3:2.75:o -:.25 A3:2.75:o -:.25 G3:2.75:a -:.25 G3:2.75:a -:.25 "
      "G3:3:a A3:2.75:a -:.25 A3:5:a"};
  Take take = session.BlankStereo(), hall = session.BlankStereo();
  for (size_t i = 0; i < 6; ++i) {
    Player singer(kGrid, 250 + i, 0.02, 0.01);
    std::vector<Note> line;
    singer.Sing(kChorus, 1, kParts[i / 2], 0.8, line);
    Take voice = session.BlankMono();
    Sing({.formant_scale = 1.17 - 0.03 * static_cast<double>(i),
          .edge_hz = 3200,
          .edge = 0.4,
          .breath = 0.08,
          .vibrato_hz = 4.9 + 0.13 * static_cast<double>(i),
          .vibrato_cents = 20,
          .seed = 2250 + i},
         line, kSampleRate, voice.Mono());
    const double right = 0.1 + 0.16 * static_cast<double>((i * 2 + i / 3) % 6);
    Add(voice.Mono(), 1 - right, take.Left());
    Add(voice.Mono(), right, take.Right());
  }
  Reverberate({.decay_s = 2.4, .size = 1, .damping_hz = 5000, .predelay_s = 0.025, .low_cut_hz = 200},
              kSampleRate, take.Left(), take.Right(), hall.Left(), hall.Right());
  Add(hall.Left(), 0.25, take.Left());
  Add(hall.Right(), 0.25, take.Right());
  session.Keep("Choir.wav", std::move(take), {.peak_dbfs = -7});
}

}  // namespace

absl::Status RecordTheLastFerry(const std::filesystem::path& folder) {
  Session session(folder, kSampleRate, kLength_s);
  RecordDrums(session);
  RecordUprightBass(session);
  RecordPiano(session);
  RecordOrgan(session);
  RecordStrings(session);
  RecordNylonGuitar(session);
  RecordLeadVocal(session);
  RecordChoir(session);
  return session.status();
}

}  // namespace trackout::demo
