// What jobs outside of a bundle have made.
#pragma once

#include "absl/status/statusor.h"
#include "core/job_key.h"
#include "proto/render.pb.h"

namespace trackout {

// FailedPrecondition where the job is not there, InvalidArgument where it has no such output.
inline absl::StatusOr<Digest> DigestOfOutput(const JobResults& earlier, const JobOutput& wanted) {
  const auto made = earlier.find(wanted.job_key());
  if (made == earlier.end())
    return absl::FailedPreconditionError("what the job needs of another one is not there");
  if (wanted.output() < 0 || wanted.output() >= made->second.outputs_size())
    return absl::InvalidArgumentError("the job names an output that another one does not have");
  return made->second.outputs(wanted.output()).digest();
}

}  // namespace trackout
