// The threads that touch the disk for gRPC, whose own threads must not wait: a few, with a queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace trackout {

// Thread-safe.
class DiskThreads {
 public:
  // More do not make a disk faster; some, so that one long hash does not hold up the rest.
  static constexpr int kThreads = 4;
  // A stream has one step here at most, so this bounds streams: far above a farm's workers.
  static constexpr size_t kMostSteps = 4096;

  DiskThreads();
  // Runs what waits, then ends.
  ~DiskThreads();

  // Runs the step soon. False, and it never runs, where too many wait.
  [[nodiscard]] bool Run(std::function<void()> step);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::function<void()>> steps_;
  bool is_ending_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace trackout
