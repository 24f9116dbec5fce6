// How far a render is, for a person: bars on a terminal (a line for each song that is under way, and one for
// all), plain lines elsewhere. Everything goes to stderr.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace trackout {

// Frames of one song: of all passes over it.
struct SongProgress {
  std::string title;
  int sample_rate = 0;
  int64_t frames_total = 0;
  std::atomic<int64_t> frames_done = 0;
};

enum class ProgressStyle { kBars, kLines, kQuiet };

// Bars where stderr is a terminal that can move its cursor.
ProgressStyle ProgressStyleOfStderr();

// Draws from a thread of its own until it is destroyed. `songs` outlives it.
class ProgressDisplay {
 public:
  ProgressDisplay(std::deque<SongProgress>& songs, ProgressStyle style);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  void Run();
  void DrawBars(double seconds);
  void TellFinishedSongs(double seconds);

  std::deque<SongProgress>& songs_;
  const ProgressStyle style_;
  int lines_drawn_ = 0;     // of the drawing thread
  std::vector<bool> told_;  // of the drawing thread

  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_over_ = false;  // guarded by mutex_

  std::thread thread_;
};

// "[#####-----]  50 %  24x  0:12 left": of work that took `seconds` so far. Pure.
std::string ProgressText(int64_t frames_done, int64_t frames_total, int sample_rate, double seconds);

}  // namespace trackout
