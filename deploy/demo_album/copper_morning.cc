// "Copper Morning": A major, 125 bpm, lightly swung sixteenths. Four bars of intro, eight of verse,
// eight of chorus, and a last chord in bar 21. One function for each player or group of players.
#include <string_view>
#include <utility>
#include <vector>

#include "deploy/demo_album/instruments/cymbals.h"
#include "deploy/demo_album/instruments/drums.h"
#include "deploy/demo_album/instruments/keys.h"
#include "deploy/demo_album/instruments/plucked.h"
#include "deploy/demo_album/instruments/voice.h"
#include "deploy/demo_album/room.h"
#include "deploy/demo_album/score.h"
#include "deploy/demo_album/session.h"
#include "deploy/demo_album/songs.h"

namespace trackout::demo {
namespace {

constexpr int kSampleRate = 48000;
constexpr double kLength_s = 45;
constexpr Grid kGrid = {.bpm = 125, .beats_per_bar = 4, .swing = 0.55, .swung_per_beat = 2};
constexpr int kVerse = 5, kChorus = 13, kEnd = 21;

constexpr std::string_view kChanges =
    "A1 E3 G#3 C#4 E4 | D2 F#3 A3 C#4 E4 | A1 E3 G#3 C#4 E4 | E2 D3 A3 B3 F#4 |"
    "A1 E3 G#3 C#4 E4 | C#2 E3 G#3 B3 E4 | D2 F#3 A3 C#4 E4 | E2 D3 A3 B3 F#4 |"
    "A1 E3 G#3 C#4 E4 | C#2 E3 G#3 B3 E4 | D2 F#3 A3 C#4 E4 | E2 D3 A3 B3 F#4 |"
    "D2 F#3 A3 D4 F#4 | E2 G#3 B3 E4 G#4 | F#2 A3 C#4 F#4 A4 | C#2 A3 C#4 E4 A4 |"
    "D2 F#3 A3 D4 F#4 | E2 G#3 B3 E4 G#4 | F#2 A3 C#4 F#4 A4 | D2 F3 A3 B3 F4 |"
    "A1 E3 A3 C#4 E4 A4";

const Chord& ChordOf(int bar) {
  static const std::vector<Chord> changes = Changes(kChanges);
  return changes[static_cast<size_t>(bar - 1)];
}

double LoudnessOf(int bar) {
  return bar < kVerse ? 0.72 : bar < kChorus ? 0.8 : 1.0;
}

// The last chord: every tone, held until it has died away.
void HoldEnd(Player& player, double beats, double velocity, std::vector<Note>& part) {
  for (double pitch : ChordOf(kEnd).tones) part.push_back(player.Play(kEnd, 1, beats, pitch, velocity));
}

std::vector<Note> KickPart() {
  Player player(kGrid, 101, 0.003);
  std::vector<Note> part;
  for (int bar = 3; bar < kEnd; ++bar) {
    std::string_view tab = bar % 2 == 1 ? "X.....o.X......." : "X.....o.X..o..x.";
    if (bar < kVerse) tab = bar == 3 ? "X.......x......." : "X.......x.x.....";
    if (bar >= kChorus) tab = bar % 2 == 1 ? "X.....X.x.X....." : "X..x..X.x.X...o.";
    player.Tab(bar, tab, LoudnessOf(bar), 0, part);
  }
  player.Tab(kEnd, "X...", 1, 0, part);
  return part;
}

std::vector<Note> SnarePart() {
  Player player(kGrid, 102, 0.004, 0.004);
  std::vector<Note> part;
  player.Tab(4, "............X.xX", 0.8, 0, part);
  for (int bar = kVerse; bar < kEnd; ++bar) {
    std::string_view tab = bar % 2 == 1 ? "....X..g.g..X..." : "....X..g.g..X..g";
    if (bar >= kChorus) tab = bar % 2 == 1 ? "....X..g....X.g." : "....X..g.g..X..o";
    if (bar == kChorus - 1) tab = "....X..gX.o.....";
    if (bar == kEnd - 1) tab = "....X..Xo.x.X.XX";
    player.Tab(bar, tab, LoudnessOf(bar), 0, part);
  }
  player.Tab(kEnd, "X...", 0.9, 0, part);
  return part;
}

void RecordHats(Take& hats) {
  Player player(kGrid, 103, 0.003);
  std::vector<Note> closed, open;
  for (int bar = 1; bar < kEnd; ++bar) {
    const bool lifts = bar >= kVerse && bar % 2 == 0;  // an open hat leads into the next bar
    std::string_view tab = bar < kChorus ? "x.o.x.o.x.o.x.og" : "xgogXgogxgogXgog";
    if (lifts) tab = bar < kChorus ? "x.o.x.o.x.o.x..." : "xgogXgogxgogXg..";
    player.Tab(bar, tab, bar < 3 ? 0.5 : LoudnessOf(bar), 0, closed);
    if (lifts) {
      Note note = player.Play(bar, 4.5, 0.5, 0, 0.62 * LoudnessOf(bar));
      open.push_back(note);
    }
  }
  Beat(ClosedHat, closed, 1103, kSampleRate, hats.Mono());
  Beat(OpenHat, open, 1104, kSampleRate, hats.Mono());
}

std::vector<Note> TomPart() {
  Player player(kGrid, 105, 0.004);
  std::vector<Note> part;
  const double high = PitchOf("B2"), middle = PitchOf("F#2"), low = PitchOf("B1");
  player.Tab(4, "........x.o.....", 0.7, middle, part);
  for (int bar : {kChorus - 1, kEnd - 1}) {
    player.Tab(bar, bar < kChorus ? "..........xx...." : "........x.......", 0.9, high, part);
    player.Tab(bar, bar < kChorus ? "............xo.." : "..........x.o...", 0.95, middle, part);
    player.Tab(bar, "..............Xx", 1, low, part);
  }
  player.Tab(kEnd, "X...", 1, low, part);
  return part;
}

// What two microphones above the kit hear: the crashes, a little of everything, and the room.
Take RecordOverheads(const Session& session, Take& kick, Take& snare, Take& hats, Take& toms) {
  Player player(kGrid, 106, 0.003);
  Take crash = session.BlankMono(), dry = session.BlankStereo(), overheads = session.BlankStereo();
  std::vector<Note> crashes;
  for (int bar : {kVerse, kChorus, kChorus + 4, kEnd}) {
    crashes.push_back(player.Play(bar, 1, 4, 0, bar == kVerse ? 0.5 : 0.9));
  }
  Beat(Crash, crashes, 1106, kSampleRate, crash.Mono());
  // Gains left and right: the kit as the drummer sees it.
  const struct {
    Take& take;
    double left, right;
  } kit[] = {{kick, 0.3, 0.3}, {snare, 0.45, 0.5}, {hats, 0.5, 0.22}, {toms, 0.35, 0.5}, {crash, 0.8, 1.0}};
  for (const auto& piece : kit) {
    Add(piece.take.Mono(), piece.left, dry.Left());
    Add(piece.take.Mono(), piece.right, dry.Right());
  }
  Reverberate({.decay_s = 0.75, .size = 0.45, .damping_hz = 6500, .predelay_s = 0.006, .low_cut_hz = 160},
              kSampleRate, dry.Left(), dry.Right(), overheads.Left(), overheads.Right());
  for (std::vector<double>& side : overheads.sides) {
    for (double& sample : side) sample *= 0.3;
  }
  Add(dry.Left(), 1, overheads.Left());
  Add(dry.Right(), 1, overheads.Right());
  return overheads;
}

void RecordDrums(Session& session) {
  Take kick = session.BlankMono(), snare = session.BlankMono();
  Take hats = session.BlankMono(), toms = session.BlankMono();
  Beat(Kick, KickPart(), 1101, kSampleRate, kick.Mono());
  const std::vector<Note> snare_part = SnarePart();
  Beat(SnareTop, snare_part, 1102, kSampleRate, snare.Mono());
  RecordHats(hats);
  Beat(Tom, TomPart(), 1105, kSampleRate, toms.Mono());
  Take overheads = RecordOverheads(session, kick, snare, hats, toms);
  session.Keep("Kick.wav", std::move(kick), {.peak_dbfs = -4});
  session.Keep("Snare_Top.wav", std::move(snare), {.peak_dbfs = -4});
  Take bottom = session.BlankMono();
  Beat(SnareBottom, snare_part, 1202, kSampleRate, bottom.Mono());
  session.Keep("Snare_Bottom.wav", std::move(bottom), {.peak_dbfs = -7});
  session.Keep("Hats.wav", std::move(hats), {.peak_dbfs = -8});
  session.Keep("Toms.wav", std::move(toms), {.peak_dbfs = -5});
  session.Keep("Overheads.wav", std::move(overheads), {.peak_dbfs = -5, .bits = Format::BITS_32F});
}

// Two bars that the spec lays under the chorus again and again. They are cut from the middle of a
// longer take, so that the end of the loop rings into its beginning; nothing falls on the seam.
void RecordTambourine(Session& session) {
  Player player(kGrid, 107, 0.003, 0.004);
  Take take = session.BlankMono();
  std::vector<Note> part;
  for (int bar = 1; bar <= 5; ++bar)
    player.Tab(bar, bar % 2 == 1 ? "..o.X.o...o.X.o." : "..o.X.og..o.X.oo", 0.9, 0, part);
  Beat(Tambourine, part, 1107, kSampleRate, take.Mono());
  session.Keep("Tambourine_Loop.wav", std::move(take),
               {.peak_dbfs = -9, .bits = Format::BITS_16, .from_s = kGrid.At(3), .to_s = kGrid.At(5)});
}

void RecordBass(Session& session) {
  Player player(kGrid, 110, 0.004, 0.003);
  std::vector<Note> part;
  for (int bar = 3; bar < kEnd; ++bar) {
    std::string_view pattern = bar % 2 == 1 ? "R--...R-F-..O.F-" : "R--...R-R-.FO-TT";
    if (bar < kVerse) pattern = "R-------........";
    if (bar >= kChorus) pattern = bar % 2 == 1 ? "R-R-R-RRR-R-O-F-" : "R-R-R-RRR-F-O-TT";
    player.Comp(bar, ChordOf(bar), pattern, LoudnessOf(bar), part);
  }
  part.push_back(player.Play(kEnd, 1, 9, ChordOf(kEnd).bass, 0.95));
  Take take = session.BlankMono();
  Dice dice(1110);
  for (const Note& note : part) {
    PluckBass({.ring_s = 5, .brightness_hz = 750, .pluck_place = 0.2, .thump = 0.05}, note, kSampleRate, dice,
              take.Mono());
  }
  session.Keep("Bass_DI.wav", std::move(take), {.peak_dbfs = -5});
}

void RecordPiano(Session& session) {
  Player player(kGrid, 120, 0.006);
  std::vector<Note> part;
  for (int bar = 1; bar < kEnd; ++bar) {
    std::string_view pattern = bar % 2 == 1 ? "C---....c-.c...." : "C-----..c-.c..4-";
    if (bar < kVerse) pattern = "1-2-3-4-3-2-4-3-";
    if (bar >= kChorus) pattern = "C-.C-.C-c-.C-.C-";
    player.Comp(bar, ChordOf(bar), pattern, 0.78 * LoudnessOf(bar), part);
    if (bar >= kChorus) player.Comp(bar, ChordOf(bar), "O-------O-------", 0.7, part);
  }
  HoldEnd(player, 10, 0.8, part);
  part.push_back(player.Play(kEnd, 1, 10, PitchOf("B4"), 0.6));  // the ninth, on top
  Take take = session.BlankStereo();
  Dice dice(1120);
  for (const Note& note : part) Piano(note, kSampleRate, dice, take.Left(), take.Right());
  session.Keep("Piano.wav", std::move(take), {.peak_dbfs = -6});
}

void RecordElectricPiano(Session& session) {
  Player player(kGrid, 121, 0.006, 0.004);
  std::vector<Note> part;
  for (int bar = kVerse; bar < kEnd; ++bar) {
    std::string_view pattern = bar < kChorus ? "..C---..C-....c-" : "C-------C-----c-";
    player.Comp(bar, ChordOf(bar), pattern, 0.75 * LoudnessOf(bar), part);
  }
  HoldEnd(player, 8, 0.7, part);
  Take take = session.BlankStereo();
  for (const Note& note : part) ElectricPiano(note, kSampleRate, take.Left(), take.Right());
  PanningTremolo(4.6, 0.35, kSampleRate, take.Left(), take.Right());
  session.Keep("Electric_Piano.wav", std::move(take), {.peak_dbfs = -7});
}

void RecordGuitars(Session& session) {
  Player strummer(kGrid, 130, 0.004);
  Player picker(kGrid, 131, 0.003);
  std::vector<Note> strummed, picked;
  for (int bar = 1; bar < kEnd; ++bar) {
    if (bar >= 3) {
      const std::string_view strum = bar < kChorus ? "D---d-u-.-u-d-u-" : "D-d-dud-ud-ud-du";
      strummer.Strum(bar, ChordOf(bar), strum, 0.8 * LoudnessOf(bar), strummed);
    }
    // The clean one plays the upper tones only, an octave up, short.
    Chord high = ChordOf(bar);
    high.tones.erase(high.tones.begin());
    for (double& tone : high.tones) tone += 12;
    std::string_view chop = bar % 2 == 1 ? "..d...d...du..d." : "..d...d...d..ud-";
    if (bar < 3) chop = "......d.......u.";
    picker.Strum(bar, high, chop, 0.8 * LoudnessOf(bar), picked);
  }
  strummer.Strum(kEnd, ChordOf(kEnd), "D---------------", 0.9, strummed);
  for (Note& note : strummed) {
    if (note.start_s > kGrid.At(kEnd) - 0.1) note.length_s = 5;
  }

  Take acoustic = session.BlankMono(), clean = session.BlankMono();
  Dice dice(1130);
  for (const Note& note : strummed) {
    Pluck({.ring_s = 3.5, .brightness_hz = 4500, .dullness = 0.25, .pick_place = 0.16}, note, kSampleRate,
          dice, acoustic.Mono());
  }
  for (const Note& note : picked) {
    Pluck({.ring_s = 3, .brightness_hz = 6000, .dullness = 0.2, .pick_place = 0.12}, note, kSampleRate, dice,
          clean.Mono());
  }
  GuitarBody(kSampleRate, acoustic.Mono());
  GuitarAmplifier(1.2, kSampleRate, clean.Mono());
  session.Keep("Acoustic_Guitar.wav", std::move(acoustic), {.peak_dbfs = -6});
  session.Keep("Clean_Guitar.wav", std::move(clean), {.peak_dbfs = -7});
}

// "Copper morning on the bay, every window wide awake, all the gulls are halfway home, and I will
// never be alone. So we light it up ..."
void RecordLeadVocal(Session& session) {
  Player singer(kGrid, 140, 0.008, 0.006);
  std::vector<Note> line;
  singer.Sing(kVerse, 1,
              "E4:.75:ko E4:.75:px F#4:1:mo E4:.5:nin C#4:1:on  B3:.5:dx C#4:1.75:bei -:1.75 "
              "F#4:.75:e F#4:.75:ri E4:1:win C#4:.5:do D4:1:wai  C#4:.5:dx B3:2:wei -:1.5 "
              "E4:.75:o E4:.75:dx G#4:1:gx F#4:.5:la E4:1:ha  F#4:.5:wei G#4:1.75:houm -:1.75 "
              "A4:.75:an A4:.75:dai G#4:.5:wil F#4:1:ne E4:1:vx  F#4:.5:bi B4:1.5:loun",
              0.8, line);
  // The last two eighths of the verse lead into the chorus.
  singer.Sing(
      kChorus - 1, 4,
      "A4:.5:sou B4:.5:wi "
      "C#5:.75:lai B4:.75:ti A4:1.25:tap -:.25 E4:.5:lai F#4:.5:ti  B4:.75:ta A4:.75:pa G#4:1.75:gein -:.25 "
      "E4:.5:sou "
      "A4:.75:lai B4:.75:ti C#5:1.25:ta -:.25 B4:.5:lai C#5:.5:ti  E5:1.5:ta C#5:1.5:oun -:.25 E4:.75:wi "
      "C#5:.75:lai B4:.75:ti A4:1.25:ta -:.25 E4:.5:lai F#4:.5:ti  B4:.75:ta C#5:.75:pa D5:1:gein C#5:.5:wi "
      "B4:.75:ev -:.25 "
      "C#5:1.5:ri A4:.75:mo F#4:1.25:nin -:.5  F4:1:nou A4:1:wan B4:1.75:gou -:.25 A4:5:houm",
      1.0, line);
  Take lead = session.BlankMono(), plate = session.BlankStereo();
  Sing({.formant_scale = 1.14,
        .edge_hz = 5200,
        .edge = 0.75,
        .breath = 0.03,
        .vibrato_hz = 5.6,
        .vibrato_cents = 42,
        .seed = 1140},
       line, kSampleRate, lead.Mono());
  Reverberate({.decay_s = 1.6, .size = 0.7, .damping_hz = 7000, .predelay_s = 0.03, .low_cut_hz = 250},
              kSampleRate, lead.Mono(), lead.Mono(), plate.Left(), plate.Right());
  // Two files from one take; the spec lays each where it was sung.
  const double cut_s = kGrid.At(kChorus - 1, 3.5);
  session.Keep("Lead_Vocal_Verse.wav", lead,
               {.peak_dbfs = -4, .from_s = kGrid.At(kVerse - 1, 3), .to_s = cut_s});
  session.Keep("Lead_Vocal_Chorus.wav", std::move(lead), {.peak_dbfs = -4, .from_s = cut_s});
  session.Keep("Lead_Vocal_Plate.wav", std::move(plate), {.peak_dbfs = -9});
}

// Two parts, each sung twice: once for the left, once for the right.
void RecordBackingVocals(Session& session) {
  static constexpr std::string_view kLower =
      "A4:.75:lai G#4:.75:ti F#4:1.5:ta -:1  G#4:.75:ta F#4:.75:pa E4:2:gein -:.5 "
      "F#4:.75:lai G#4:.75:ti A4:1.5:ta -:1  A4:1.5:ta A4:2:oun -:.5 "
      "A4:.75:lai G#4:.75:ti F#4:1.5:ta -:1  G#4:.75:ta A4:.75:pa B4:2:gein -:.5 "
      "A4:3.5:a -:.5  D4:1:nou F4:1:wan F4:1.75:gou -:.25 E4:5:houm";
  static constexpr std::string_view kUpper =
      "D4:3.5:a -:.5  E4:3.5:a -:.5  C#4:3.5:a -:.5  E4:3.5:a -:.5 "
      "D4:3.5:u -:.5  E4:3.5:o -:.5  F#4:3.5:a -:.5  B3:1:nou D4:1:wan D4:1.75:gou -:.25 C#4:5:houm";
  // In the verse they answer the lead where it rests.
  static constexpr std::string_view kAnswerLower =
      "-:2 E4:.5:u G#4:1.25:u -:.25 -:4 -:2.5 D4:.5:u B3:.75:u -:.25";
  static constexpr std::string_view kAnswerUpper =
      "-:2 G#4:.5:u B4:1.25:u -:.25 -:4 -:2.5 F#4:.5:u D4:.75:u -:.25";
  Take take = session.BlankStereo();
  uint64_t seed = 150;
  for (std::string_view chorus : {kLower, kUpper}) {
    for (bool on_left : {true, false}) {
      Player singer(kGrid, ++seed, 0.014, 0.008);
      std::vector<Note> line;
      singer.Sing(kVerse + 1, 1, chorus == kLower ? kAnswerLower : kAnswerUpper, 0.6, line);
      singer.Sing(kVerse + 5, 1, chorus == kLower ? kAnswerLower : kAnswerUpper, 0.6, line);
      singer.Sing(kChorus, 1, chorus, 0.8, line);
      Take voice = session.BlankMono();
      Sing({.formant_scale = on_left ? 1.1 : 1.18,
            .edge_hz = 3300,
            .edge = 0.45,
            .breath = 0.06,
            .vibrato_hz = on_left ? 5.1 : 5.5,
            .vibrato_cents = 22,
            .slide_s = 0.03,
            .seed = 1000 + seed},
           line, kSampleRate, voice.Mono());
      Add(voice.Mono(), on_left ? 1.0 : 0.25, take.Left());
      Add(voice.Mono(), on_left ? 0.25 : 1.0, take.Right());
    }
  }
  Take wet = session.BlankStereo();
  Reverberate({.decay_s = 1.3, .size = 0.6, .damping_hz = 6000, .predelay_s = 0.015, .low_cut_hz = 200},
              kSampleRate, take.Left(), take.Right(), wet.Left(), wet.Right());
  Add(wet.Left(), 0.14, take.Left());
  Add(wet.Right(), 0.14, take.Right());
  session.Keep("Backing_Vocals.wav", std::move(take), {.peak_dbfs = -6});
}

}  // namespace

absl::Status RecordCopperMorning(const std::filesystem::path& folder) {
  Session session(folder, kSampleRate, kLength_s);
  RecordDrums(session);
  RecordTambourine(session);
  RecordBass(session);
  RecordPiano(session);
  RecordElectricPiano(session);
  RecordGuitars(session);
  RecordLeadVocal(session);
  RecordBackingVocals(session);
  return session.status();
}

}  // namespace trackout::demo
