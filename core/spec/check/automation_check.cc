#include "core/spec/check/automation_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using Lanes = google::protobuf::RepeatedPtrField<AutomationLane>;

constexpr std::string_view kSendPrefix = "send:";
constexpr std::string_view kInsertPrefix = "insert:";

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
  LanesCheck(CheckedSong& checked, std::string place, std::string who, std::vector<std::string> parameters)
      : checked_(checked),
        place_(std::move(place)),
        who_(std::move(who)),
        parameters_(std::move(parameters)) {}

  void Run(const Lanes& lanes) {
    std::set<std::string> seen;
    for (int i = 0; i < lanes.size(); ++i) {
      const std::string place = fmt::format("{}.automation[{}]", place_, i);
      const std::string who = fmt::format("{}: automation of {}", who_, Quoted(lanes[i].parameter()));
      if (!seen.insert(lanes[i].parameter()).second) {
        checked_.Error(place, fmt::format("{}: given twice; keep one", who));
      } else if (CheckParameter(lanes[i].parameter(), place, who)) {
        CheckPoints(lanes[i], place, who);
      }
    }
  }

 private:
  bool CheckParameter(const std::string& parameter, const std::string& place, const std::string& who) {
    const auto found = std::count(parameters_.begin(), parameters_.end(), parameter);
    if (parameter.starts_with(kInsertPrefix)) {
      checked_.Error(place, fmt::format("{} is not supported yet", who));
    } else if (found == 0 && parameter.starts_with(kSendPrefix)) {
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

  void CheckPoints(const AutomationLane& lane, const std::string& place, const std::string& who) {
    if (lane.points().empty()) {
      checked_.Error(place, fmt::format("{}: has no points; give it one or remove it", who));
    }
    for (int i = 0; i < lane.points_size(); ++i) {
      const AutomationPoint& point = lane.points(i);
      const std::string point_place = fmt::format("{}.points[{}]", place, i);
      checked_.CheckPoint(point.time(), point_place, who);
      if (!IsInRange(lane.parameter(), point.value())) {
        checked_.Error(point_place, fmt::format("{}: {} is out of range ({})", who, point.value(),
                                                RangeOf(lane.parameter())));
      }
      if (i > 0) CheckOrder(lane, i, point_place, who);
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
  const std::string place_, who_;
  const std::vector<std::string> parameters_;  // that it has; a send as often as it is there
};

}  // namespace

void CheckAutomation(CheckedSong& checked, int strip) {
  const Routing& routing = checked.routing();
  const bool is_track = routing.IsTrack(strip);
  const Lanes& lanes = is_track ? routing.track(strip).automation() : routing.bus(strip).automation();
  std::vector<std::string> parameters{"fader", "pan", "mute"};
  for (const SendRequest& send : is_track ? routing.track(strip).sends() : routing.bus(strip).sends()) {
    parameters.push_back(std::string(kSendPrefix) + send.to());
  }
  LanesCheck(checked, checked.PlaceOf(strip), checked.WhoIs(strip), parameters).Run(lanes);
  const int pans = is_track ? routing.track(strip).pan_size() : routing.bus(strip).pan_size();
  for (int i = 0; i < lanes.size(); ++i) {
    if (pans != 2 || lanes[i].parameter() != "pan") continue;
    checked.Error(fmt::format("{}.automation[{}]", checked.PlaceOf(strip), i),
                  fmt::format("{}: a pan for each side cannot be automated; write one pan, or no automation",
                              checked.WhoIs(strip)));
  }
}

void CheckMasterAutomation(CheckedSong& checked) {
  LanesCheck(checked, ".master", "master", {"fader"}).Run(checked.song().master().automation());
}

}  // namespace trackout
