#include "core/spec/check/automation_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "core/spec/check/insert_check.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/value_range.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

using Lanes = google::protobuf::RepeatedPtrField<AutomationLane>;

constexpr std::string_view kSendPrefix = "send:";

std::string RangeOf(std::string_view parameter) {
  if (parameter == "pan") return "-100 to 100";
  return parameter == "mute" ? "true or false" : "-inf to 120 dB";
}

bool IsInRange(std::string_view parameter, double value) {
  if (parameter == "pan") return value >= -100 && value <= 100;
  if (parameter == "mute") return value == 0 || value == 1;
  return value <= 120 && value >= -std::numeric_limits<double>::infinity();
}

class LanesCheck {
 public:
  LanesCheck(CheckedSong& checked, int strip, std::vector<std::string> parameters)
      : checked_(checked),
        inserts_(checked.routing().inserts(strip)),
        place_(checked.PlaceOf(strip)),
        who_(checked.WhoIs(strip)),
        parameters_(std::move(parameters)) {}

  void Run(const Lanes& lanes) {
    std::set<std::string> seen;
    for (int i = 0; i < lanes.size(); ++i) {
      const std::string& parameter = lanes[i].parameter();
      const std::string place = fmt::format("{}.automation[{}]", place_, i);
      const std::string who = fmt::format("{}: automation of {}", who_, Quoted(parameter));
      if (!seen.insert(parameter).second) {
        checked_.Error(place, fmt::format("{}: given twice; keep one", who));
      } else if (parameter.starts_with(kInsertPrefix)) {
        if (const auto of_insert = FindParameter(parameter, place, who)) {
          CheckPoints(lanes[i], &*of_insert, place, who);
        }
      } else if (CheckParameter(parameter, place, who)) {
        CheckPoints(lanes[i], nullptr, place, who);
      }
    }
  }

 private:
  bool CheckParameter(const std::string& parameter, const std::string& place, const std::string& who) {
    const auto found = std::count(parameters_.begin(), parameters_.end(), parameter);
    if (found == 0 && parameter.starts_with(kSendPrefix)) {
      checked_.Error(
          place, fmt::format("{}: it has no send to {}{}", who, Quoted(parameter.substr(kSendPrefix.size())),
                             DidYouMean(parameter, parameters_)));
    } else if (found == 0) {
      checked_.Error(place, fmt::format("{}: it is none of {}{}", who, fmt::join(parameters_, ", "),
                                        DidYouMean(parameter, parameters_)));
    } else if (found > 1) {
      checked_.Warning(place, fmt::format("{}: moves all {} of its sends there", who, found));
    }
    return found > 0;
  }

  // Nullopt where there is none that moves, which it tells.
  std::optional<InsertParameter> FindParameter(const std::string& name, const std::string& place,
                                               const std::string& who) {
    const std::optional<InsertLane> meant = FindInsertLane(inserts_, name);
    if (!meant) {
      TellNoInsert(name, place, who);
      return std::nullopt;
    }
    const Insert& insert = inserts_[meant->insert];
    if (TypeOf(insert).empty()) return std::nullopt;  // told of the insert
    std::string why;
    for (InsertParameter& parameter : ParametersOf(insert)) {
      if (parameter.name != meant->parameter) continue;
      why = WhyStill(parameter);
      if (why.empty()) return std::move(parameter);
    }
    if (why.empty()) {
      const std::vector<std::string> moving = MovingParameters(insert);
      const std::string remedy = DidYouMean(meant->parameter, moving);
      why = fmt::format("{} has no {} that moves{}", WhoIsInsert(insert), Quoted(meant->parameter),
                        !remedy.empty()  ? remedy
                        : moving.empty() ? "; remove it"
                                         : fmt::format("; it has {}", fmt::join(moving, ", ")));
    }
    checked_.Error(place, fmt::format("{}: {}", who, why));
    return std::nullopt;
  }

  void TellNoInsert(const std::string& name, const std::string& place, const std::string& who) {
    const std::string rest = name.substr(kInsertPrefix.size());
    if (rest.find('.') == std::string::npos) {
      checked_.Error(place,
                     fmt::format("{}: write insert:NAME.PARAMETER, such as insert:Glue.threshold", who));
      return;
    }
    std::vector<std::string> names;
    for (const Insert& insert : inserts_) {
      if (!insert.name().empty()) names.push_back(insert.name());
    }
    const std::string wanted = rest.substr(0, rest.find('.'));
    const std::string remedy = DidYouMean(wanted, names);
    checked_.Error(place, fmt::format("{}: no insert {}{}", who, Quoted(wanted),
                                      !remedy.empty()    ? remedy
                                      : !names.empty()   ? fmt::format("; it has {}", fmt::join(names, ", "))
                                      : inserts_.empty() ? "; it has none, remove this"
                                                         : "; give the insert that is meant a `name`"));
  }

  // `of_insert`: null where the parameter is the strip's own.
  void CheckPoints(const AutomationLane& lane, const InsertParameter* of_insert, const std::string& place,
                   const std::string& who) {
    if (lane.points().empty()) {
      checked_.Error(place, fmt::format("{}: has no points; give it one or remove it", who));
    }
    for (int i = 0; i < lane.points_size(); ++i) {
      const AutomationPoint& point = lane.points(i);
      const std::string point_place = fmt::format("{}.points[{}]", place, i);
      checked_.CheckPoint(point.time(), point_place, who);
      if (of_insert != nullptr) {
        CheckInsertValue(point, *of_insert, point_place, who);
      } else if (!IsInRange(lane.parameter(), point.value())) {
        checked_.Error(point_place, fmt::format("{}: {} is out of range ({})", who, point.value(),
                                                RangeOf(lane.parameter())));
      }
      if (i > 0) CheckOrder(lane, i, point_place, who);
    }
  }

  void CheckInsertValue(const AutomationPoint& point, const InsertParameter& parameter,
                        const std::string& place, const std::string& who) {
    const Rule& range = parameter.rule();
    const bool is_time = parameter.is_time() || point.is_time();
    const std::string text = fmt::format("{}{}", point.value(), is_time ? " s" : "");
    const std::string range_text = parameter.is_time() ? TimeRangeText(range) : NumberRangeText(range);
    // 0 is a time without a unit, too.
    if (parameter.is_time() && !point.is_time() && point.value() != 0) {
      checked_.Error(
          place, fmt::format("{}: {} needs a unit of time; write it as 20ms or 0.5s", who, point.value()));
    } else if (!parameter.is_time() && point.is_time()) {
      const std::string unit = range.unit().empty() ? "" : " in " + range.unit();
      checked_.Error(place, fmt::format("{}: {} is a time; write a number{}", who, text, unit));
    } else if (std::isinf(point.value()) && point.value() > 0) {
      checked_.Error(place, fmt::format("{}: nothing moves to inf; write a large number", who));
    } else if (!trackout::IsInRange(range, point.value())) {
      checked_.Error(place, fmt::format("{}: {} is out of range ({})", who, text, range_text));
    }
  }

  void CheckOrder(const AutomationLane& lane, int i, const std::string& place, const std::string& who) {
    const Time& time = lane.points(i).time();
    const std::optional<int> order = checked_.Compare(lane.points(i - 1).time(), time);
    if (!order && !checked_.HasErrors()) {
      checked_.Error(place, fmt::format("{}: samples beside other times need the song's sample_rate; write "
                                        "it, or times of one kind",
                                        who));
    } else if (order && *order > 0) {
      checked_.Error(place, fmt::format("{}: times must ascend", who));
    } else if (order && *order == 0 && i > 1 && checked_.Compare(lane.points(i - 2).time(), time) == 0) {
      checked_.Error(place, fmt::format("{}: three points at one time; two make a step", who));
    }
  }

  CheckedSong& checked_;
  const Inserts& inserts_;
  const std::string place_, who_;
  const std::vector<std::string> parameters_;  // of the strip's own; a send as often as it is there
};

}  // namespace

void CheckAutomation(CheckedSong& checked, int strip) {
  if (strip == kMaster) {
    LanesCheck(checked, strip, {"fader"}).Run(checked.song().master().automation());
    return;
  }
  const Routing& routing = checked.routing();
  const bool is_track = routing.IsTrack(strip);
  const Lanes& lanes = is_track ? routing.track(strip).automation() : routing.bus(strip).automation();
  std::vector<std::string> parameters{"fader", "pan", "mute"};
  for (const SendRequest& send : is_track ? routing.track(strip).sends() : routing.bus(strip).sends()) {
    parameters.push_back(std::string(kSendPrefix) + send.to());
  }
  LanesCheck(checked, strip, parameters).Run(lanes);
  const int pans = is_track ? routing.track(strip).pan_size() : routing.bus(strip).pan_size();
  for (int i = 0; i < lanes.size(); ++i) {
    if (pans != 2 || lanes[i].parameter() != "pan") continue;
    checked.Error(fmt::format("{}.automation[{}]", checked.PlaceOf(strip), i),
                  fmt::format("{}: a pan for each side cannot be automated; write one pan, or no automation",
                              checked.WhoIs(strip)));
  }
}

}  // namespace trackout
