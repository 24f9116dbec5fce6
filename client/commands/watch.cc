// trackout watch: an order, until it has ended.
#include "client/commands.h"
#include "client/commands/at_farm.h"
#include "client/commands/following.h"
#include "client/commands/speech.h"
#include "client/farm/farm_tables.h"
#include "core/json.h"
#include "fmt/format.h"

namespace trackout {

ExitCode WatchCommand(const OrderOptions& options, const std::string& address,
                      const std::atomic<bool>& stop) {
  if (absl::Status named = CheckOrderId(options.order); !named.ok()) return FailAtFarm(named);
  const absl::StatusOr<std::unique_ptr<Farm>> farm = FindFarm(address, stop);
  if (!farm.ok()) return FailAtFarm(farm.status());
  const absl::StatusOr<OrderStatus> ended = FollowOrder(**farm, options.order, Until::kEnded);
  if (stop) Say(fmt::format("order {} goes on; trackout watch shows it again\n", options.order));
  if (!ended.ok()) return FailOfOrder(options.order, address, ended.status());
  const std::string why = WhyNotDone(*ended);
  if (!why.empty()) Fail(kRenderFailed, absl::InternalError(why));
  return GiveResult(
      options.output == Output::kJson ? ToJson(*ended) : OrderText(*ended, absl::LocalTimeZone()),
      CodeOfEnd(*ended));
}

}  // namespace trackout
