#include "worker/lease_work.h"

#include <map>
#include <set>

#include "core/job_key.h"
#include "core/job_sources.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The first enum, at any depth, that holds a value younger than this program; empty where there is none. To a
// message such a value is no unknown field.
std::string UnknownValueIn(const Message& message) {
  const google::protobuf::Reflection& in = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  in.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? in.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      std::string unknown;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const int value = field->is_repeated() ? in.GetRepeatedEnumValue(message, field, i)
                                               : in.GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) unknown = field->full_name();
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        unknown = UnknownValueIn(field->is_repeated() ? in.GetRepeatedMessage(message, field, i)
                                                      : in.GetMessage(message, field));
      }
      if (!unknown.empty()) return unknown;
    }
  }
  return "";
}

std::string WhyNotSupported(const PlannedJob& planned, const std::string& leased_key, int engine_version) {
  const RenderJob& job = planned.job();
  if (job.engine_version() != engine_version) {
    return fmt::format("is for version {} of the engine, and this worker has {}", job.engine_version(),
                       engine_version);
  }
  // First, as keys know nothing of unknown fields.
  if (HasUnknownFields(job)) return "has a field that this worker does not know";
  if (const std::string unknown = UnknownValueIn(job); !unknown.empty())
    return fmt::format("has a value of {} that this worker does not know", unknown);
  if (job.work_case() == RenderJob::WORK_NOT_SET) return "is of a kind that this worker does not know";
  const std::string key = KeyOf(job);
  if (planned.key() != key || leased_key != key) return "does not have the key that it is leased under";
  return "";
}

std::string NameOf(const RenderJob& job) {
  switch (job.work_case()) {
    case RenderJob::kPrint:
      return "print";
    case RenderJob::kTrackFiles:
      return "tracks";
    case RenderJob::kFinish:
      return "finish";
    case RenderJob::kSumProof:
      return "proof";
    default:
      return "job of an unknown kind";
  }
}

}  // namespace

std::string WhyNotSupported(const AcquireResponse& work, int engine_version) {
  const Lease& lease = work.lease();
  if (work.jobs().empty() || work.jobs_size() != lease.job_keys_size())
    return "the lease and its jobs do not fit together";
  for (int i = 0; i < work.jobs_size(); ++i) {
    const std::string why = WhyNotSupported(work.jobs(i), lease.job_keys(i), engine_version);
    if (!why.empty()) return fmt::format("{} {}", NameOf(work.jobs(i).job()), why);
  }
  return "";
}

std::vector<Digest> InputsOf(const AcquireResponse& work) {
  std::map<std::string, const JobResult*> earlier;
  for (const JobResult& result : work.earlier()) earlier[result.job_key()] = &result;
  std::set<Digest, DigestLess> seen;
  std::vector<Digest> inputs;
  const auto add = [&](const Digest& digest) {
    if (seen.insert(digest).second) inputs.push_back(digest);
  };
  const auto add_output = [&](const JobOutput& output) {
    const auto made = earlier.find(output.job_key());
    if (made == earlier.end() || output.output() < 0 || output.output() >= made->second->outputs_size())
      return;  // made here, or the render will say what it misses
    add(made->second->outputs(output.output()).digest());
  };
  for (const PlannedJob& planned : work.jobs()) {
    const RenderJob& job = planned.job();
    for (const Digest* source : SourcesOf(job)) add(*source);
    for (const JobOutput& print : job.finish().prints()) add_output(print);
    if (job.has_sum_proof()) add_output(job.sum_proof().mix());
    for (const JobOutput& stem : job.sum_proof().stems()) add_output(stem);
  }
  return inputs;
}

std::vector<Digest> OutputsOf(const std::vector<JobResult>& results) {
  std::vector<Digest> digests;
  for (const JobResult& result : results) {
    for (const Rendered& output : result.outputs()) digests.push_back(output.digest());
  }
  return digests;
}

std::string NameOf(const AcquireResponse& work) {
  return work.jobs_size() == 1 ? NameOf(work.jobs(0).job()) : fmt::format("{} jobs", work.jobs_size());
}

ReleaseRequest Because(ReleaseRequest::Cause cause, const std::string& reason) {
  ReleaseRequest release;
  release.set_cause(cause);
  release.set_reason(ValidUtf8(reason));
  return release;
}

ReleaseRequest BecauseOf(const absl::Status& error, const AcquireResponse& work) {
  const std::string reason = fmt::format("{}: {}", NameOf(work), std::string(error.message()));
  switch (error.code()) {
    case absl::StatusCode::kCancelled:
      return Because(ReleaseRequest::given_back, "the worker stops");
    case absl::StatusCode::kDataLoss:
      return Because(ReleaseRequest::source_at_fault, reason);
    case absl::StatusCode::kResourceExhausted:
      return Because(ReleaseRequest::disk_full, reason);
    case absl::StatusCode::kUnimplemented:
      return Because(ReleaseRequest::not_supported, reason);
    default:
      return Because(ReleaseRequest::render_failed, reason);
  }
}

}  // namespace trackout
