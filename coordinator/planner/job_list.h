// The jobs of a plan, equal ones once. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proto/render.pb.h"

namespace trackout {

class JobList {
 public:
  // Adds to the plan's jobs. The plan must outlive it, and nobody else adds jobs meanwhile.
  explicit JobList(RenderPlan& plan) : plan_(plan) {}

  // The index of the job in the plan. `song`: the number of the song that wants it; songs come in order.
  int Add(int song, RenderJob job, const std::vector<std::string>& needs);

  const std::string& KeyOf(int job) const { return plan_.jobs(job).key(); }
  JobOutput OutputOf(int job, int output) const;

 private:
  RenderPlan& plan_;
  std::map<std::string, int> index_of_;  // by key
};

}  // namespace trackout
