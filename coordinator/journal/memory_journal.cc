// The journal of the embedded farm and of tests: it lasts as long as the process.
#include <cassert>
#include <vector>

#include "coordinator/journal/journal.h"

namespace trackout {
namespace {

class InMemory : public Journal {
 public:
  absl::StatusOr<int64_t> BeginTerm() override { return ++term_; }

  absl::Status Replay(const std::function<void(const Update&)>& apply) override {
    for (const Update& update : updates_) apply(update);
    return absl::OkStatus();
  }

  absl::Status Append(std::span<const Update> updates) override {
    for (const Update& update : updates) assert(update.change_case() != Update::CHANGE_NOT_SET);
    updates_.insert(updates_.end(), updates.begin(), updates.end());
    return absl::OkStatus();
  }

 private:
  int64_t term_ = 0;
  std::vector<Update> updates_;
};

}  // namespace

std::unique_ptr<Journal> MemoryJournal() {
  return std::make_unique<InMemory>();
}

}  // namespace trackout
