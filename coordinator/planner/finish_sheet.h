// One Finish as it is put together: which prints it reads, which mixes it makes of them, and which files.
// What is equal is there once; the master's chain only where a mix goes through it, so that without one the
// job does not depend on it. Pure.
#pragma once

#include <vector>

#include "coordinator/planner/file_forms.h"
#include "coordinator/planner/job_list.h"
#include "coordinator/planner/prints/mixes.h"
#include "coordinator/planner/prints/prints.h"
#include "proto/render.pb.h"

namespace trackout {

class FinishSheet {
 public:
  // Of a song's whole length, or of an edit (null: the whole). What it names must outlive it.
  FinishSheet(int song, const Mixer& mixer, const TimedEdit* edit, JobList& jobs);

  // The index of the mix that these terms add up to, and that leaves the master by this path; prints become
  // jobs.
  int MixOf(const std::vector<PrintTerm>& terms, const MasterPath& path);

  // The index of a file of the mix.
  int AddMixFile(int mix, const FileForm& form);

  // Whether that file is one of the mix in this form, dithered or not.
  bool IsMixFile(int mix_file, int mix, const FileForm& form) const;

  // The index of a set of stems (mixes), which add up to a mix, or (open) need not.
  enum class Sum { kCloses, kOpen };
  int AddStemSet(const std::vector<int>& stems, int mix, const FileForm& form, Sum sum);

  const Finish& finish() const { return finish_; }
  bool empty() const { return finish_.mix_files().empty() && finish_.stem_sets().empty(); }
  int64_t frames() const { return edit_ != nullptr ? edit_->frames : mixer_.timeline.frames; }

  // Outputs of the job; sets in the order in which they were added.
  int OutputOfMixFile(int mix_file) const { return mix_file; }
  int OutputOfStem(int set, int stem) const;

  // Adds the job; nothing may be added to the sheet after that.
  int Close();

 private:
  int PrintIndex(const Print& print);
  void AddTerms(const std::vector<PrintTerm>& terms, Mix& mix);
  // What mixes on such a path need of the master.
  void AddMaster(MasterUse use);
  uint64_t SeedOfMix(int mix, const FileForm& form) const;

  const int song_;
  const Mixer& mixer_;
  const TimedEdit* const edit_;
  JobList& jobs_;
  Finish finish_;
};

}  // namespace trackout
