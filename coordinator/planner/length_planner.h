// The files, jobs and proofs of one version of a song at one length: whole, or as an edit. Pure.
#pragma once

#include "coordinator/planner/job_list.h"
#include "coordinator/planner/prints/strips.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// Plans what the entries ask for into the plan: tracks (of the whole length alone), stems and mixes. Files
// come in the order of the entries. `song`: its number. `edit`: one of the mixer's time line; null: the whole
// length.
void PlanLength(int song, const Mixer& mixer, const TimedEdit* edit,
                const google::protobuf::RepeatedPtrField<Deliverable>& deliver, JobList& jobs,
                RenderPlan& plan);

// Whether a filter (`version: [main, Clean]`) lets a name through; `unnamed` is the word for the empty name.
bool Allows(const google::protobuf::RepeatedPtrField<std::string>& filter, const std::string& name,
            const std::string& unnamed);

// What a request's file is written in: its own format, or that of the whole entry.
template <typename Request>
const Format& FormatOf(const Deliverable& entry, const Request& request) {
  return request.has_format() ? request.format() : entry.format();
}

inline constexpr const char* kMainVersion = "main";
inline constexpr const char* kFullLength = "full";

}  // namespace trackout
