#include "client/commands/at_farm.h"

#include "client/commands/speech.h"
#include "core/order_id.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

absl::StatusOr<std::unique_ptr<Farm>> FindFarm(const std::string& addresses, const std::atomic<bool>& stop) {
  if (addresses.empty()) {
    return absl::InvalidArgumentError(
        "no farm is named; say --farm HOST:PORT, or set TRACKOUT_FARM=HOST:PORT");
  }
  return Farm::Connect(addresses, stop);
}

ExitCode FailAtFarm(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return Fail(kFarmUnreachable, status);
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return Fail(kUsage, status);
    default:
      return Fail(kRenderFailed, status);
  }
}

absl::Status CheckOrderId(const std::string& order) {
  if (IsOrderId(order)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} cannot be an order; its id is a letter and 7 to 31 letters and digits, in lower case",
                  Quoted(order)));
}

ExitCode FailOfOrder(const std::string& order, const std::string& farm, const absl::Status& status) {
  if (!absl::IsNotFound(status)) return FailAtFarm(status);
  return Fail(kUsage,
              absl::NotFoundError(fmt::format(
                  "no order {} at the farm {}; trackout list names those that are there", order, farm)));
}

}  // namespace trackout
