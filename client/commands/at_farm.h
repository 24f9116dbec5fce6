// The beginning and the ends that every command at a farm has.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/commands.h"
#include "client/exit_code.h"
#include "client/farm/farm.h"

namespace trackout {

// InvalidArgument where nobody named a farm, Unavailable where it does not answer.
absl::StatusOr<std::unique_ptr<Farm>> FindFarm(const std::string& addresses, const std::atomic<bool>& stop);

// Says why a call to the farm failed; the code as it follows from the status: 3 where the farm is away, 5
// where it has no room or something broke, 2 for the rest, which the command line caused.
ExitCode FailAtFarm(const absl::Status& status);

// Of a call that names an order: what cannot be one is not asked for, and NotFound is told with the remedy.
absl::Status CheckOrderId(const std::string& order);
ExitCode FailOfOrder(const std::string& order, const std::string& farm, const absl::Status& status);

struct CollectOptions {
  std::string out;
  Existing existing = Existing::kKeep;
  Output output = Output::kTable;
};

// Fetches the package of an order and puts it into its place, as `trackout collect` does.
ExitCode CollectOrder(Farm& farm, const std::string& order, const std::string& farm_address,
                      const CollectOptions& options, const std::atomic<bool>& stop);

}  // namespace trackout
