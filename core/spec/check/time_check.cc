#include "core/spec/check/time_check.h"

#include "core/spec/tempo_map.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

class TempoCheck {
 public:
  explicit TempoCheck(CheckedSong& checked) : checked_(checked), song_(checked.song()) {}

  void Run() {
    if (song_.bar_1_at().has_musical()) {
      Tell(".bar_1_at", "bar_1_at: where bar 1 stands cannot be said in bars; write seconds or samples");
    }
    CheckSamples(song_.bar_1_at(), ".bar_1_at", "bar_1_at");
    for (int i = 0; i < song_.tempo_size(); ++i) CheckTempo(i);
    if (is_wrong_) return;
    TempoMap tempo(song_);
    for (int i = 1; i < song_.tempo_size(); ++i) {
      if (tempo.SecondsOfTempo(i) > tempo.SecondsOfTempo(i - 1)) continue;
      Tell(fmt::format(".tempo[{}]", i),
           fmt::format(
               "tempo: it stands at {:.3f} s, not behind the one before it, at {:.3f} s; times and bars "
               "must ascend",
               tempo.SecondsOfTempo(i), tempo.SecondsOfTempo(i - 1)));
      return;
    }
    for (int i = 1; i < song_.tempo_size(); ++i) CheckMeterLine(tempo, i);
    checked_.SetTempo(std::move(tempo));
  }

 private:
  void Tell(const std::string& place, const std::string& message) {
    is_wrong_ = true;
    checked_.Error(place, message);
  }

  void CheckTempo(int i) {
    const Tempo& tempo = song_.tempo(i);
    const std::string place = fmt::format(".tempo[{}]", i);
    if (tempo.has_bar() == tempo.has_at()) {
      Tell(place, "tempo: give it either a bar or a time (at)");
    } else if (i == 0 && tempo.bar() != 1) {
      Tell(place, "tempo: the first one stands at bar 1");
    } else if (i > 0 && tempo.has_bar() && tempo.bar() <= last_bar_) {
      Tell(place + ".bar", "tempo: bars must ascend");
    }
    if (tempo.has_bar()) last_bar_ = tempo.bar();
    if (tempo.at().has_musical()) Tell(place + ".at", "tempo: write a bar, or a time in seconds or samples");
    CheckSamples(tempo.at(), place + ".at", "tempo");
    if (i > 0 && tempo.has_at() && song_.tempo(i - 1).has_at() && !is_wrong_ &&
        checked_.Compare(song_.tempo(i - 1).at(), tempo.at()).value_or(-1) >= 0) {
      Tell(place + ".at", "tempo: times must ascend");
    }
    if (tempo.bpm() == 0) Tell(place, "tempo: bpm is missing");
    if (!tempo.meter().empty() && !ParseMeter(tempo.meter())) {
      Tell(place + ".meter", fmt::format("tempo: meter {} is not like 4/4 or 6/8", Quoted(tempo.meter())));
    }
    if (tempo.ramp() && i + 1 == song_.tempo_size()) {
      checked_.Warning(place + ".ramp", "tempo: the last one has no other to move to; it stays as it is");
    }
  }

  void CheckSamples(const Time& time, const std::string& place, const std::string& who) {
    if (!time.has_samples() || time.samples() == 0 || song_.sample_rate() > 0) return;
    Tell(place,
         fmt::format("{}: a place in samples needs the song's sample_rate; write it, or seconds", who));
  }

  void CheckMeterLine(const TempoMap& tempo, int i) {
    if (song_.tempo(i).meter().empty() || !song_.tempo(i).has_at() || tempo.IsOnBarLine(i)) return;
    checked_.Warning(fmt::format(".tempo[{}].meter", i),
                     "tempo: it stands inside of a bar; the meter begins with the next bar");
  }

  CheckedSong& checked_;
  const Song& song_;
  int last_bar_ = 0;
  bool is_wrong_ = false;
};

void CheckMarkers(CheckedSong& checked) {
  for (int i = 0; i < checked.song().markers_size(); ++i) {
    const Marker& marker = checked.song().markers(i);
    const std::string place = fmt::format(".markers[{}]", i);
    const std::string who = "marker " + Quoted(marker.name());
    checked.CheckPoint(marker.at(), place + ".at", who);
    checked.CheckLength(marker.length(), place + ".length", who + ": length");
  }
}

// Of the stretch that is delivered.
void CheckStretch(CheckedSong& checked) {
  const Song& song = checked.song();
  checked.CheckPoint(song.start(), ".start", "start");
  checked.CheckLength(song.length(), ".length", "length");
  checked.CheckLength(song.tail(), ".tail", "tail");
  checked.CheckLength(song.max_tail(), ".max_tail", "max_tail");
  if (song.has_length() && checked.SecondsOf(song.length()) == 0) {
    checked.Error(".length", "length: the song has none; leave the key out for all of it");
  }
}

}  // namespace

void CheckTimes(CheckedSong& checked) {
  TempoCheck(checked).Run();
  CheckMarkers(checked);
  CheckStretch(checked);
  for (int i = 0; i < checked.song().tracks_size(); ++i) {
    const Track& track = checked.song().tracks(i);
    CheckClips(checked, track.clips(), fmt::format(".tracks[{}].clips", i), checked.WhoIs(i));
  }
}

void CheckClips(CheckedSong& checked, const google::protobuf::RepeatedPtrField<Clip>& clips,
                const std::string& place, const std::string& who) {
  for (int i = 0; i < clips.size(); ++i) {
    const Clip& clip = clips[i];
    const std::string at = fmt::format("{}[{}].", place, i);
    checked.CheckPoint(clip.start(), at + "start", who + ": start");
    for (const auto& [key, time] :
         {std::pair("offset", &clip.offset()), std::pair("length", &clip.length()),
          std::pair("fade_in", &clip.fade_in()), std::pair("fade_out", &clip.fade_out())}) {
      checked.CheckLength(*time, at + key, fmt::format("{}: {}", who, key));
    }
    const int channels = clip.channels_size();
    if (channels == 5 || channels == 7 || channels > 8) {
      checked.Error(
          at + "channels",
          fmt::format("{}: no layout has {} channels; name 1, 2, 3, 4, 6 or 8 of the file's", who, channels));
    }
  }
}

}  // namespace trackout
