// Work that is laid out stands in a list. A helper without work watches a counter for a moment, as the next
// block's work comes within microseconds, and then sleeps.
#include "worker/render/crew.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace trackout {
namespace {

// Some hundred microseconds: a wake-up costs as much.
constexpr int kGlances = 4000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <typename Condition>
bool SpinUntil(const Condition& is_so) {
  for (int i = 0; i < kGlances; ++i) {
    if (is_so()) return true;
    Pause();
  }
  return is_so();
}

// What one ForEach lays out; lives on its caller's stack.
struct Layout {
  const std::function<void(int)>& work;
  const int count;
  std::atomic<int> next = 0;
  std::atomic<int> helpers = 0;  // written with the mutex held
};

}  // namespace

struct Crew::State {
  explicit State(int its_places) : places(its_places) {}

  const int places;

  std::mutex mutex;
  std::condition_variable has_work;
  std::condition_variable is_left;
  // Guarded by the mutex; the atomics may be read without it.
  std::vector<Layout*> laid_out;
  std::vector<std::thread> threads;
  int sleepers = 0;
  bool is_over = false;
  std::atomic<int> renders = 0;
  std::atomic<int> at_work = 0;
  std::atomic<uint64_t> layouts = 0;  // ever

  bool HasFreePlace() const { return renders + at_work < places; }

  // Wants the mutex.
  Layout* Find() {
    if (!HasFreePlace()) return nullptr;
    const auto open = std::find_if(laid_out.begin(), laid_out.end(),
                                   [](const Layout* one) { return one->next < one->count; });
    return open == laid_out.end() ? nullptr : *open;
  }

  void Help();
  void Hire();
};

void Crew::State::Help() {
  std::unique_lock lock(mutex);
  while (!is_over) {
    Layout* const layout = Find();
    if (layout == nullptr) {
      const uint64_t seen = layouts;
      lock.unlock();
      const bool is_new = HasFreePlace() && renders > 0 && SpinUntil([&] { return layouts != seen; });
      lock.lock();
      if (is_new || is_over || layouts != seen) continue;
      ++sleepers;
      has_work.wait(lock, [&] { return is_over || Find() != nullptr; });
      --sleepers;
      continue;
    }
    ++layout->helpers;
    ++at_work;
    lock.unlock();
    for (int i; renders + at_work <= places && (i = layout->next++) < layout->count;) layout->work(i);
    lock.lock();
    --at_work;
    if (--layout->helpers == 0) is_left.notify_all();
  }
}

// Wants the mutex. Without threads the work is done all the same.
void Crew::State::Hire() {
  if (!threads.empty()) return;
  try {
    while (static_cast<int>(threads.size()) < places - 1) threads.emplace_back([this] { Help(); });
  } catch (const std::system_error&) {
  }
}

Crew::Crew(int places) : state_(new State(places)) {}

Crew::~Crew() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    state_->has_work.notify_all();
  }
  for (std::thread& thread : state_->threads) thread.join();
}

Crew::Place::Place(Crew& crew) : crew_(crew) {
  ++crew_.state_->renders;
}

Crew::Place::~Place() {
  const std::lock_guard lock(crew_.state_->mutex);
  --crew_.state_->renders;
  if (crew_.state_->sleepers > 0) crew_.state_->has_work.notify_all();
}

int Crew::FreePlaces() const {
  return std::max(0, state_->places - state_->renders - state_->at_work);
}

void Crew::ForEach(int count, const std::function<void(int)>& work) {
  if (count <= 0) return;
  if (count == 1 || !state_->HasFreePlace()) {
    for (int i = 0; i < count; ++i) work(i);
    return;
  }
  Layout layout{work, count};
  {
    const std::lock_guard lock(state_->mutex);
    state_->Hire();
    state_->laid_out.push_back(&layout);
    ++state_->layouts;
    if (state_->sleepers > 0) state_->has_work.notify_all();
  }
  for (int i; (i = layout.next++) < count;) work(i);
  std::unique_lock lock(state_->mutex);
  std::erase(state_->laid_out, &layout);
  if (layout.helpers == 0) return;
  lock.unlock();
  const bool is_done = SpinUntil([&] { return layout.helpers == 0; });
  lock.lock();
  // Even where it is done: the helper that wrote it has left the layout once the mutex is ours.
  if (!is_done) state_->is_left.wait(lock, [&] { return layout.helpers == 0; });
}

}  // namespace trackout
