// trackout list, status, cancel, pause, resume: a farm's orders, looked at and steered; workers and drain:
// who renders them.
#include "client/commands.h"
#include "client/commands/at_farm.h"
#include "client/commands/speech.h"
#include "client/farm/farm_tables.h"
#include "core/json.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using OrderCall = absl::StatusOr<OrderStatus> (Farm::*)(const std::string&);

// One call about one order; its answer is where the order is now.
ExitCode CallForOrder(OrderCall call, const OrderOptions& options, const std::string& address,
                      const std::atomic<bool>& stop) {
  if (absl::Status named = CheckOrderId(options.order); !named.ok()) return FailAtFarm(named);
  const absl::StatusOr<std::unique_ptr<Farm>> farm = FindFarm(address, stop);
  if (!farm.ok()) return FailAtFarm(farm.status());
  const absl::StatusOr<OrderStatus> status = ((**farm).*call)(options.order);
  if (!status.ok()) return FailOfOrder(options.order, address, status.status());
  if (call != &Farm::Status && HasEnded(status->state()) && status->state() != OrderStatus::canceled)
    Say(fmt::format("order {} has ended already; it stays as it is\n", options.order));
  return GiveResult(
      options.output == Output::kJson ? ToJson(*status) : OrderText(*status, absl::LocalTimeZone()), kDone);
}

}  // namespace

ExitCode ListCommand(Output output, const std::string& address, const std::atomic<bool>& stop) {
  const absl::StatusOr<std::unique_ptr<Farm>> farm = FindFarm(address, stop);
  if (!farm.ok()) return FailAtFarm(farm.status());
  const absl::StatusOr<ListResponse> orders = (*farm)->List();
  if (!orders.ok()) return FailAtFarm(orders.status());
  return GiveResult(output == Output::kJson ? ToJson(*orders) : OrderTable(*orders, absl::LocalTimeZone()),
                    kDone);
}

ExitCode StatusCommand(const OrderOptions& options, const std::string& address,
                       const std::atomic<bool>& stop) {
  return CallForOrder(&Farm::Status, options, address, stop);
}

ExitCode CancelCommand(const OrderOptions& options, const std::string& address,
                       const std::atomic<bool>& stop) {
  return CallForOrder(&Farm::Cancel, options, address, stop);
}

ExitCode PauseCommand(const OrderOptions& options, const std::string& address,
                      const std::atomic<bool>& stop) {
  return CallForOrder(&Farm::Pause, options, address, stop);
}

ExitCode ResumeCommand(const OrderOptions& options, const std::string& address,
                       const std::atomic<bool>& stop) {
  return CallForOrder(&Farm::Resume, options, address, stop);
}

ExitCode WorkersCommand(Output output, const std::string& address, const std::atomic<bool>& stop) {
  const absl::StatusOr<std::unique_ptr<Farm>> farm = FindFarm(address, stop);
  if (!farm.ok()) return FailAtFarm(farm.status());
  const absl::StatusOr<ListWorkersResponse> workers = (*farm)->ListWorkers();
  if (!workers.ok()) return FailAtFarm(workers.status());
  return GiveResult(output == Output::kJson ? ToJson(*workers) : WorkerTable(*workers), kDone);
}

ExitCode DrainCommand(const std::string& worker, Output output, const std::string& address,
                      const std::atomic<bool>& stop) {
  const absl::StatusOr<std::unique_ptr<Farm>> farm = FindFarm(address, stop);
  if (!farm.ok()) return FailAtFarm(farm.status());
  const absl::StatusOr<WorkerStatus> status = (*farm)->Drain(worker);
  if (absl::IsNotFound(status.status())) {
    return Fail(kUsage, absl::NotFoundError(fmt::format(
                            "no worker {} at the farm {}; trackout workers names those that are there",
                            Quoted(worker), address)));
  }
  if (!status.ok()) return FailAtFarm(status.status());
  ListWorkersResponse one;
  *one.add_workers() = *status;
  return GiveResult(output == Output::kJson ? ToJson(*status) : WorkerTable(one), kDone);
}

}  // namespace trackout
