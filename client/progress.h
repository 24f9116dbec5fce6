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

enum class Steps {
  kFrames,  // of every pass
  kBytes,
};

// Work on one song, or on all sources: steps of a total.
struct SongProgress {
  std::string title;
  Steps steps = Steps::kFrames;
  double sound_seconds = 0;  // how long the song is; 0 where there is no rate to tell
  std::atomic<int64_t> steps_total = 0;
  std::atomic<int64_t> steps_done = 0;
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

  // A line for a person, above the bars. Thread-safe.
  void Say(const std::string& line);

 private:
  void Run();
  void DrawBars(double seconds, const std::string& said);
  void TellFinishedSongs(double seconds);

  std::deque<SongProgress>& songs_;
  const ProgressStyle style_;
  int lines_drawn_ = 0;        // of the drawing thread
  std::vector<bool> told_;     // of the drawing thread
  std::vector<double> begun_;  // when each song was first seen under way, in seconds; of the drawing thread

  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_over_ = false;  // guarded by mutex_, as the next
  std::string said_;      // and not yet drawn

  std::thread thread_;
};

// "[#####-----]  50 %  24x  0:12 left": `part` of `sound_seconds` of sound, after `seconds`. 24x is 24
// seconds of sound a second. Pure.
std::string ProgressText(double part, double sound_seconds, double seconds);

// "[#####-----]  50 %  105.2 MB/s  0:12 left": `part` of so many bytes, after `seconds`. Pure.
std::string TransferText(double part, int64_t total_bytes, double seconds);

}  // namespace trackout
