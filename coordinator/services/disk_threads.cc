#include "coordinator/services/disk_threads.h"

#include <utility>

namespace trackout {

DiskThreads::DiskThreads() {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
}

DiskThreads::~DiskThreads() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool DiskThreads::Run(std::function<void()> step) {
  {
    const std::lock_guard lock(mutex_);
    if (steps_.size() >= kMostSteps) return false;
    steps_.push_back(std::move(step));
  }
  changed_.notify_one();
  return true;
}

void DiskThreads::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !steps_.empty(); });
    if (steps_.empty()) return;
    const std::function<void()> step = std::move(steps_.front());
    steps_.pop_front();
    lock.unlock();
    step();
    lock.lock();
  }
}

}  // namespace trackout
