#include "tests/worker/dsp/function_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/worker/dsp/function_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

#define TRACKOUT_OF_ALL(Function)                                                                        \
  void Function##Kernel(double* x, size_t count) {                                                       \
    ForEach(count,                                                                                       \
            [&](auto d, size_t i) HWY_ATTR { hn::StoreU(Function(d, hn::LoadU(d, x + i)), d, x + i); }); \
  }
TRACKOUT_OF_ALL(Exp2Of)
TRACKOUT_OF_ALL(ExpOf)
TRACKOUT_OF_ALL(Log2Of)
TRACKOUT_OF_ALL(DecibelsOf)
TRACKOUT_OF_ALL(TanhOf)
#undef TRACKOUT_OF_ALL

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

#define TRACKOUT_OF_ALL(Function)                     \
  HWY_EXPORT(Function##Kernel);                       \
  void Function##All(double* x, size_t count) {       \
    HWY_DYNAMIC_DISPATCH(Function##Kernel)(x, count); \
  }
TRACKOUT_OF_ALL(Exp2Of)
TRACKOUT_OF_ALL(ExpOf)
TRACKOUT_OF_ALL(Log2Of)
TRACKOUT_OF_ALL(DecibelsOf)
TRACKOUT_OF_ALL(TanhOf)
#undef TRACKOUT_OF_ALL

}  // namespace trackout::dsp
#endif  // HWY_ONCE
