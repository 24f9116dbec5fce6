#include "client/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "client/tables.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int kBarCells = 24;
constexpr int kTitleCells = 24;
constexpr auto kDrawEvery = std::chrono::milliseconds(100);

std::string ClockText(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// Cut or filled to a width, in characters.
std::string Cell(const std::string& text, size_t width) {
  std::string cell;
  size_t count = 0;
  for (const char32_t c : CodePoints(text)) {
    if (count++ == width) break;
    AppendUtf8(cell, IsInvisible(c) ? U' ' : c);
  }
  return cell + std::string(count < width ? width - count : 0, ' ');
}

std::string BarText(double part) {
  const int filled = std::clamp(static_cast<int>(part * kBarCells), 0, kBarCells);
  return fmt::format("[{}{}] {:3d} %", std::string(static_cast<size_t>(filled), '#'),
                     std::string(static_cast<size_t>(kBarCells - filled), '-'), static_cast<int>(part * 100));
}

// Before, a rate would be a guess.
bool HasBegun(double part, double seconds) {
  return seconds >= 0.2 && part > 0;
}

std::string LeftText(double part, double seconds) {
  return HasBegun(part, seconds) ? fmt::format("  {} left", ClockText(seconds / part - seconds)) : "";
}

std::string TextOf(const SongProgress& progress, double part, double seconds) {
  return progress.steps == Steps::kBytes ? TransferText(part, progress.steps_total, seconds)
                                         : ProgressText(part, progress.sound_seconds, seconds);
}

size_t TerminalColumns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

ProgressStyle ProgressStyleOfStderr() {
  const char* terminal = std::getenv("TERM");
  const bool can_move = terminal != nullptr && std::string_view(terminal) != "dumb";
  return isatty(STDERR_FILENO) != 0 && can_move ? ProgressStyle::kBars : ProgressStyle::kLines;
}

std::string ProgressText(double part, double sound_seconds, double seconds) {
  const bool is_known = sound_seconds > 0 && HasBegun(part, seconds);
  return BarText(part) + (is_known ? fmt::format("  {:4.0f}x", part * sound_seconds / seconds) : "") +
         LeftText(part, seconds);
}

std::string TransferText(double part, int64_t total_bytes, double seconds) {
  const double bytes = part * static_cast<double>(total_bytes);
  const std::string rate = HasBegun(part, seconds)
                               ? fmt::format("  {:>8}/s", SizeText(static_cast<int64_t>(bytes / seconds)))
                               : "";
  return BarText(part) + rate + LeftText(part, seconds);
}

ProgressDisplay::ProgressDisplay(std::deque<SongProgress>& songs, ProgressStyle style)
    : songs_(songs), style_(style), told_(songs.size()), begun_(songs.size(), -1) {
  if (style_ != ProgressStyle::kQuiet) thread_ = std::thread([this] { Run(); });
}

void ProgressDisplay::Say(const std::string& line) {
  if (style_ != ProgressStyle::kBars) {
    std::fputs((line + "\n").c_str(), stderr);
    return;
  }
  const std::lock_guard lock(mutex_);
  said_ += line + "\n";
}

ProgressDisplay::~ProgressDisplay() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ProgressDisplay::Run() {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (true) {
    const bool is_over = wake_.wait_for(lock, kDrawEvery, [this] { return is_over_; });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (style_ == ProgressStyle::kBars) {
      DrawBars(seconds, std::exchange(said_, ""));
    } else {
      TellFinishedSongs(seconds);
    }
    if (is_over) return;
  }
}

void ProgressDisplay::DrawBars(double seconds, const std::string& said) {
  double done = 0;
  double total = 0;
  double sound_seconds = 0;
  std::string text = lines_drawn_ > 0 ? fmt::format("\x1b[{}A\x1b[J", lines_drawn_) : "";
  text += said;
  lines_drawn_ = 0;
  const size_t columns = TerminalColumns();
  const auto add_line = [&](const std::string& title, const std::string& bar) {
    text += Cell(Cell(title, kTitleCells) + " " + bar, columns - 1) + "\n";
    ++lines_drawn_;
  };
  for (size_t i = 0; i < songs_.size(); ++i) {
    const SongProgress& song = songs_[i];
    const auto song_done = static_cast<double>(song.steps_done);
    const auto song_total = static_cast<double>(song.steps_total);
    done += song_done;
    total += song_total;
    sound_seconds += song.sound_seconds;
    if (songs_.size() > 1 && song_done > 0 && song_done < song_total) {
      if (begun_[i] < 0) begun_[i] = seconds;
      add_line(song.title, ProgressText(song_done / song_total, song.sound_seconds, seconds - begun_[i]));
    }
  }
  const double part = total > 0 ? done / total : 0;
  if (songs_.size() == 1) {
    add_line(songs_.front().title, TextOf(songs_.front(), part, seconds));
  } else {
    add_line("all songs", ProgressText(part, sound_seconds, seconds));
  }
  std::fputs(text.c_str(), stderr);
}

void ProgressDisplay::TellFinishedSongs(double seconds) {
  for (size_t i = 0; i < songs_.size(); ++i) {
    const SongProgress& song = songs_[i];
    if (told_[i] || song.steps_done < song.steps_total) continue;
    told_[i] = true;
    const auto count = std::count(told_.begin(), told_.end(), true);
    const std::string line = fmt::format("rendered {} ({} of {} songs, {:.1f} s)\n", Quoted(song.title),
                                         count, songs_.size(), seconds);
    std::fputs(line.c_str(), stderr);  // where stderr is closed, nobody wanted to know
  }
}

}  // namespace trackout
