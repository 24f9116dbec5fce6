#include "coordinator/desk/order_status.h"

#include <algorithm>

#include "coordinator/package/manifest.h"

namespace trackout {
namespace {

SongStatus StatusOfSong(const OrderBook& book, const BookedOrder& booked, int number,
                        const StepsOfJob& steps_of) {
  const BookedSong& song = booked.songs[static_cast<size_t>(number - 1)];
  const SongFacts& facts = booked.order.plan().manifest().songs(number - 1);
  SongStatus status;
  status.set_number(number);
  status.set_title(facts.title());
  if (facts.sample_rate() > 0)
    status.set_sound_seconds(static_cast<double>(facts.frames()) / facts.sample_rate());
  bool is_rendering = false;
  int64_t total = 0, done = 0;
  for (const PlannedJob* job : song.jobs) {
    const int64_t frames = job->job().frames();
    total += frames;
    status.set_jobs_total(status.jobs_total() + 1);
    // A print that was only a buffer of a bundle is done with the bundle.
    if (book.IsDone(job->key()) || song.is_done ||
        (!booked.HasEnded() && !song.is_failed && !book.IsNeeded(booked, song, *job))) {
      done += frames;
      status.set_jobs_done(status.jobs_done() + 1);
    } else if (const int64_t steps = steps_of(job->key()); steps >= 0) {
      is_rendering = true;
      done += std::min(steps, frames);
    }
  }
  status.set_steps_total(total);
  status.set_steps_done(done);
  status.set_failure(song.failure);
  status.set_source_at_fault(song.source_at_fault);
  status.set_state(song.is_done         ? SongStatus::done
                   : song.is_failed     ? SongStatus::failed
                   : booked.is_canceled ? SongStatus::canceled
                   : is_rendering       ? SongStatus::rendering
                                        : SongStatus::waiting);
  return status;
}

}  // namespace

OrderStatus::State StateOf(const BookedOrder& booked) {
  if (booked.is_canceled) return OrderStatus::canceled;
  if (!booked.HasEnded()) return booked.is_paused ? OrderStatus::paused : OrderStatus::running;
  const bool has_failed = std::any_of(booked.songs.begin(), booked.songs.end(),
                                      [](const BookedSong& song) { return song.is_failed; });
  return has_failed ? OrderStatus::failed : OrderStatus::done;
}

OrderStatus StatusOf(const OrderBook& book, const BookedOrder& booked, const StepsOfJob& steps_of) {
  OrderStatus status;
  status.set_order(booked.order.id());
  status.set_album(booked.order.album().album());
  status.set_artist(booked.order.album().artist());
  status.set_state(StateOf(booked));
  status.set_submitted_unix_ms(booked.order.submitted_unix_ms());
  status.set_ended_unix_ms(booked.ended_unix_ms);
  for (int number = 1; number <= static_cast<int>(booked.songs.size()); ++number)
    *status.add_songs() = StatusOfSong(book, booked, number, steps_of);
  if (status.state() == OrderStatus::done) status.set_verdict(booked.verdict);
  return status;
}

}  // namespace trackout
