// An order, watched to its end: bars or lines for its songs on stderr.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/exit_code.h"
#include "client/farm/farm.h"
#include "proto/orders.pb.h"

namespace trackout {

enum class Until { kEnded, kFirstFailure };

// The last status. Of a failed song it says why, unless that ends it.
absl::StatusOr<OrderStatus> FollowOrder(Farm& farm, const std::string& order, Until until);

// The first song that could not be rendered; null where there is none.
const SongStatus* FailedSong(const OrderStatus& status);

// How a command ends that waited for the order.
ExitCode CodeOfEnd(const OrderStatus& status);

}  // namespace trackout
