#include "core/spec/check/insert_check.h"

#include <algorithm>
#include <set>

#include "core/limits.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/spec_values.h"
#include "core/spec/value_range.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

// One insert.
class InsertCheck {
 public:
  InsertCheck(CheckedSong& checked, int strip, int index)
      : checked_(checked),
        strip_(strip),
        insert_(checked.routing().inserts(strip)[index]),
        place_(fmt::format("{}.inserts[{}].", checked.PlaceOf(strip), index)),
        who_(fmt::format("{}: {}", checked.WhoIs(strip), WhoIsInsert(insert_))) {}

  void Run() {
    if (TypeOf(insert_).empty()) {
      Error("type", fmt::format("it has no type; write one of {}", fmt::join(InsertTypes(), ", ")));
      return;
    }
    CheckSidechain();
    for (const InsertParameter& parameter : ParametersOf(insert_)) CheckParameter(parameter);
    if (insert_.has_eq()) CheckBands(insert_.eq());
    if (insert_.has_compressor()) CheckCuts(insert_.compressor().sidechain_filter(), "sidechain_filter.");
    if (insert_.has_expander()) CheckCuts(insert_.expander().sidechain_filter(), "sidechain_filter.");
    if (insert_.has_delay()) CheckDelay(insert_.delay());
    if (insert_.has_width()) CheckWidth();
  }

 private:
  void Error(const std::string& key, const std::string& message) {
    checked_.Error(place_ + key, fmt::format("{}: {}", who_, message));
  }

  void CheckSidechain() {
    const std::string& name = insert_.sidechain();
    if (name.empty()) return;
    if (!HasDetector(insert_)) {
      Error("sidechain",
            fmt::format("a side-chain is of a compressor or an expander, and this is of type {}; "
                        "remove it",
                        TypeOf(insert_)));
      return;
    }
    const Routing& routing = checked_.routing();
    const int origin = routing.FindStrip(name);
    if (origin == kNoStrip) {
      std::vector<std::string> known = checked_.NamesOfBusesAndReturns();
      known.insert(known.end(), checked_.track_names().begin(), checked_.track_names().end());
      for (const std::string& track : checked_.track_names()) known.push_back("track:" + track);
      Error("sidechain", fmt::format("its side-chain {} is no track, bus or return{}", Quoted(name),
                                     DidYouMean(name, known)));
    } else if (origin == strip_) {
      Error("sidechain",
            fmt::format("its side-chain is the {} itself, which it hears anyway; leave `sidechain` out",
                        checked_.WhoIs(strip_)));
    }
  }

  void CheckParameter(const InsertParameter& parameter) {
    if (!parameter.is_written()) {
      if (!parameter.rule().required()) return;
      Error(parameter.place, fmt::format("{} is missing; write it", parameter.name));
    } else if (const std::string why = parameter.WhyIdle(); !why.empty()) {
      Error(parameter.place, NameOfOwner(parameter) + why);
    } else if (parameter.is_time()) {
      CheckTime(parameter);
    } else if (!IsInRange(parameter.rule(), parameter.number())) {
      Error(parameter.place, fmt::format("{}: {} is out of range ({})", parameter.name, parameter.number(),
                                         NumberRangeText(parameter.rule())));
    }
  }

  // `band2: `, where it is of one.
  static std::string NameOfOwner(const InsertParameter& parameter) {
    const size_t dot = parameter.name.find('.');
    return dot == std::string::npos ? "" : parameter.name.substr(0, dot) + ": ";
  }

  void CheckTime(const InsertParameter& parameter) {
    const Time& time = parameter.time();
    if (time.has_notes()) {
      CheckNotes(parameter);
      return;
    }
    checked_.CheckLength(time, place_ + parameter.place, fmt::format("{}: {}", who_, parameter.name));
    if (!time.has_nanoseconds() || time.nanoseconds() < 0) return;
    const double seconds = static_cast<double>(time.nanoseconds()) / 1e9;
    if (IsInRange(parameter.rule(), seconds)) return;
    Error(parameter.place, fmt::format("{}: {} s is out of range ({})", parameter.name, seconds,
                                       TimeRangeText(parameter.rule())));
  }

  // In range at every tempo that is written: those between lie between.
  void CheckNotes(const InsertParameter& parameter) {
    const Time::Notes& notes = parameter.time().notes();
    if (!parameter.rule().may_be_notes()) {
      Error(parameter.place,
            fmt::format("{}: a note's length is no time here; write seconds or samples", parameter.name));
    } else if (checked_.song().tempo().empty()) {
      Error(parameter.place, fmt::format("{}: {} needs the song's tempo; write `tempo`, or seconds",
                                         parameter.name, NotesText(notes)));
    }
    for (const Tempo& tempo : checked_.song().tempo()) {
      if (tempo.bpm() <= 0) continue;  // told elsewhere
      const double seconds = QuartersOf(notes) * 60 / tempo.bpm();
      if (IsInRange(parameter.rule(), seconds)) continue;
      Error(parameter.place,
            fmt::format("{}: {} at {} bpm is {:.4g} s, out of range ({})", parameter.name, NotesText(notes),
                        tempo.bpm(), seconds, TimeRangeText(parameter.rule())));
      return;
    }
  }

  void CheckBands(const Eq& eq) {
    if (eq.bands().empty()) Error("bands", "it has no bands; give it one");
    if (eq.bands_size() > kMostBands) {
      Error("bands",
            fmt::format("it has {} bands; {} are the most, write a second eq", eq.bands_size(), kMostBands));
    }
    for (int i = 0; i < eq.bands_size(); ++i) {
      const EqBand& band = eq.bands(i);
      if (band.shape() == EqBand::SHAPE_UNSPECIFIED) {
        Error(fmt::format("bands[{}].shape", i), fmt::format("band{}: shape is missing; write it", i + 1));
      }
      if (!IsCut(band) || !band.has_slope() ||
          std::find(kCutSlopes.begin(), kCutSlopes.end(), band.slope()) != kCutSlopes.end()) {
        continue;
      }
      Error(fmt::format("bands[{}].slope", i), fmt::format("band{}: slope: {} is none of {} dB/oct", i + 1,
                                                           band.slope(), fmt::join(kCutSlopes, ", ")));
    }
  }

  // What has a low_cut and a high_cut leaves something between them.
  template <typename Filter>
  void CheckCuts(const Filter& filter, const std::string& in) {
    if (!filter.has_low_cut() || !filter.has_high_cut() || filter.low_cut() < filter.high_cut()) return;
    Error(in + "low_cut",
          fmt::format("{}low_cut: {} Hz is not below high_cut, {} Hz; nothing would pass, move one", in,
                      filter.low_cut(), filter.high_cut()));
  }

  void CheckDelay(const Delay& delay) {
    CheckCuts(delay, "");
    if (!delay.ping_pong() || Layout() != CHANNELS_MONO) return;
    checked_.Warning(place_ + "ping_pong",
                     fmt::format("{}: the {} is mono; ping_pong needs two sides, and does nothing", who_,
                                 checked_.WhoIs(strip_)));
  }

  void CheckWidth() {
    const ChannelLayout layout = Layout();
    if (IsTrack() || layout == CHANNELS_UNSPECIFIED || layout == CHANNELS_STEREO) return;
    Error("type", fmt::format("the {} is {}; width is for stereo, remove it", checked_.WhoIs(strip_),
                              layout == CHANNELS_MONO ? "mono" : "surround"));
  }

  bool IsTrack() const { return strip_ != kMaster && checked_.routing().IsTrack(strip_); }
  // A track's is its source's, which is not known here.
  ChannelLayout Layout() const {
    if (IsTrack()) return CHANNELS_UNSPECIFIED;
    return strip_ == kMaster ? checked_.song().master().channels()
                             : checked_.routing().bus(strip_).channels();
  }

  CheckedSong& checked_;
  const int strip_;
  const Insert& insert_;
  const std::string place_, who_;
};

bool HasPrint(const CheckedSong& checked, int strip) {
  const Routing& routing = checked.routing();
  return routing.IsTrack(strip) ? !routing.track(strip).print().empty() : !routing.bus(strip).print().empty();
}

}  // namespace

std::string WhoIsInsert(const Insert& insert) {
  if (!insert.name().empty()) return "insert " + Quoted(insert.name());
  const std::string type = TypeOf(insert);
  return type.empty() ? "insert" : type;
}

void CheckInserts(CheckedSong& checked, int strip) {
  const Inserts& inserts = checked.routing().inserts(strip);
  const std::string place = checked.PlaceOf(strip) + ".inserts";
  const std::string who = checked.WhoIs(strip);
  if (inserts.size() > kMostInserts) {
    checked.Error(place, fmt::format("{} has {} inserts; {} are the most, put a bus behind it", who,
                                     inserts.size(), kMostInserts));
    return;
  }
  std::set<std::string> names;
  for (int i = 0; i < inserts.size(); ++i) {
    const std::string& name = inserts[i].name();
    if (!name.empty() && !names.insert(name).second) {
      checked.Error(fmt::format("{}[{}].name", place, i),
                    fmt::format("{}: duplicate insert {}; names are unique among its inserts, rename one",
                                who, Quoted(name)));
    }
    InsertCheck(checked, strip, i).Run();
  }
  // A master with both is an error: CheckMaster.
  if (inserts.empty() || strip == kMaster || !HasPrint(checked, strip)) return;
  checked.Warning(place, fmt::format("{}: its print stands in for the inserts, which are not heard; remove "
                                     "one of the two",
                                     who));
}

}  // namespace trackout
