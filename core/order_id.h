// The names of orders. A client chooses them; where a person names none, it follows from what is ordered, so
// that the same album submitted again, after a crash or by mistake, is the same order. Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/orders.pb.h"

namespace trackout {

// [a-z][a-z0-9]{7,31}
bool IsOrderId(std::string_view text);

// 16 characters, of the spec's text, the sources, the engine that renders, and the try: an album whose order
// was canceled or failed can be ordered again as the next one. How the jobs are bundled is left out: the
// bytes are the same.
std::string DerivedOrderId(const SubmitRequest& request, int try_number);

}  // namespace trackout
