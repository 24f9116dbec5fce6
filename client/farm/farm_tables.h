// What a person reads on stdout of a farm: its orders, one order, its workers. Pure text.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "proto/orders.pb.h"

namespace trackout {

// A line for each order, the oldest first, with times in the zone.
std::string OrderTable(const ListResponse& orders, absl::TimeZone zone);

// One order: its state, a line for each song, and why something failed.
std::string OrderText(const OrderStatus& status, absl::TimeZone zone);

std::string WorkerTable(const ListWorkersResponse& workers);

// Why an order that has ended delivers nothing, in a line; empty for one that is done.
std::string WhyNotDone(const OrderStatus& status);

}  // namespace trackout
