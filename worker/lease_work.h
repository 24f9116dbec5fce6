// What a lease is about, as pure functions of the coordinator's answer: whether this worker knows its jobs,
// what they read, what log lines call them, and with which cause they are given back.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/digest.h"
#include "proto/leases.pb.h"

namespace trackout {

// Why a worker of this engine cannot render these jobs, such as one of a newer kind; empty where it can.
std::string WhyNotSupported(const AcquireResponse& work, int engine_version);

// What the jobs read from outside: sources, and what earlier jobs made. In the order of first use.
std::vector<Digest> InputsOf(const AcquireResponse& work);
std::vector<Digest> OutputsOf(const std::vector<JobResult>& results);

// "finish", or "3 jobs".
std::string NameOf(const AcquireResponse& work);

// The request without its worker and its lease.
ReleaseRequest Because(ReleaseRequest::Cause cause, const std::string& reason);
// The cause that follows from the error with which fetching or rendering ended.
ReleaseRequest BecauseOf(const absl::Status& error, const AcquireResponse& work);

}  // namespace trackout
