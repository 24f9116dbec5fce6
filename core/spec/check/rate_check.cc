#include "core/spec/check/rate_check.h"

#include "core/spec/check/insert_check.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/value_range.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

class RateCheck {
 public:
  RateCheck(CheckedSong& checked, int sample_rate) : checked_(checked), sample_rate_(sample_rate) {}

  void Run(int strip) {
    const Inserts& inserts = checked_.routing().inserts(strip);
    for (int i = 0; i < inserts.size(); ++i) {
      const std::string place = fmt::format("{}.inserts[{}].", checked_.PlaceOf(strip), i);
      const std::string who = fmt::format("{}: {}", checked_.WhoIs(strip), WhoIsInsert(inserts[i]));
      for (const InsertParameter& parameter : ParametersOf(inserts[i])) {
        CheckParameter(parameter, place + parameter.place, fmt::format("{}: {}", who, parameter.name));
      }
    }
    CheckLanes(strip);
  }

 private:
  static bool IsFrequency(const InsertParameter& parameter) { return parameter.rule().unit() == "Hz"; }
  double Highest() const { return kMostOfRate * sample_rate_; }

  void CheckParameter(const InsertParameter& parameter, const std::string& place, const std::string& who) {
    const bool is_deesser = parameter.owner->GetDescriptor() == Deesser::descriptor();
    if (parameter.is_time()) {
      CheckSamples(parameter, place, who);
    } else if (IsFrequency(parameter) && (parameter.is_written() || is_deesser)) {
      CheckFrequency(parameter.number(), parameter.is_written() ? "" : " (its default)", place, who);
    }
  }

  void CheckFrequency(double frequency, const char* what, const std::string& place, const std::string& who) {
    if (frequency <= Highest()) return;
    checked_.Error(place, fmt::format("{}: {} Hz{} is above what {} Hz hold; {} Hz is the highest, write a "
                                      "lower one",
                                      who, frequency, what, sample_rate_, Highest()));
  }

  void CheckSamples(const InsertParameter& parameter, const std::string& place, const std::string& who) {
    const Time& time = parameter.time();
    if (!time.has_samples() || time.samples() < 0) return;
    const double seconds = static_cast<double>(time.samples()) / sample_rate_;
    if (IsInRange(parameter.rule(), seconds)) return;
    checked_.Error(place,
                   fmt::format("{}: {}smp at {} Hz is {:.4g} s, out of range ({})", who, time.samples(),
                               sample_rate_, seconds, TimeRangeText(parameter.rule())));
  }

  const google::protobuf::RepeatedPtrField<AutomationLane>& LanesOf(int strip) const {
    const Routing& routing = checked_.routing();
    if (strip == kMaster) return checked_.song().master().automation();
    return routing.IsTrack(strip) ? routing.track(strip).automation() : routing.bus(strip).automation();
  }

  void CheckLanes(int strip) {
    const Inserts& inserts = checked_.routing().inserts(strip);
    for (int i = 0; i < LanesOf(strip).size(); ++i) {
      const AutomationLane& lane = LanesOf(strip)[i];
      const std::optional<InsertLane> meant = FindInsertLane(inserts, lane.parameter());
      if (!meant) continue;
      for (const InsertParameter& parameter : ParametersOf(inserts[meant->insert])) {
        if (parameter.name == meant->parameter && IsFrequency(parameter)) CheckPoints(strip, i);
      }
    }
  }

  void CheckPoints(int strip, int index) {
    const AutomationLane& lane = LanesOf(strip)[index];
    const std::string who =
        fmt::format("{}: automation of {}", checked_.WhoIs(strip), Quoted(lane.parameter()));
    for (int i = 0; i < lane.points_size(); ++i) {
      CheckFrequency(lane.points(i).value(), "",
                     fmt::format("{}.automation[{}].points[{}]", checked_.PlaceOf(strip), index, i), who);
    }
  }

  CheckedSong& checked_;
  const int sample_rate_;
};

}  // namespace

void CheckInsertRates(CheckedSong& checked, int sample_rate) {
  for (int strip = kMaster; strip < checked.routing().strip_count(); ++strip) {
    RateCheck(checked, sample_rate).Run(strip);
  }
}

std::vector<Finding> CheckInsertsAtRate(const Album& album, int song_index, int sample_rate) {
  CheckedSong checked(album, song_index);
  CheckInsertRates(checked, sample_rate);
  std::vector<Finding> findings = checked.TakeFindings();
  for (Finding& finding : findings) {
    finding.set_message(fmt::format("song {}: {}", Quoted(checked.song().title()), finding.message()));
  }
  return findings;
}

}  // namespace trackout
