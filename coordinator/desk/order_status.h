// What a client is told of an order. Pure.
#pragma once

#include <functional>
#include <string>

#include "coordinator/desk/order_book.h"
#include "proto/orders.pb.h"

namespace trackout {

// Frames that a lease on this job has done; below 0: nobody has it.
using StepsOfJob = std::function<int64_t(const std::string& job_key)>;

OrderStatus StatusOf(const OrderBook& book, const BookedOrder& booked, const StepsOfJob& steps_of);

OrderStatus::State StateOf(const BookedOrder& booked);

}  // namespace trackout
