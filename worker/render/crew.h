// The threads of a process that renders. A render has one thread of its own; where there are fewer renders
// than places, the crew's threads help with what a render lays out for many hands (its tracks, buses, files),
// so a single song uses the whole machine. What is done does not depend on who does it.
#pragma once

#include <functional>
#include <memory>

namespace trackout {

// Thread-safe.
class Crew {
 public:
  // `places`: threads that work at one time at most, those of renders included.
  explicit Crew(int places);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // A render begins: takes a place until it is dropped.
  class Place {
   public:
    explicit Place(Crew& crew);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Crew& crew_;
  };

  // Places that are free at this moment.
  int FreePlaces() const;

  // Calls work(0) .. work(count - 1), each once, in any order, on this thread and on those that have nothing
  // else to do; returns when all are done. `work` does not call ForEach.
  void ForEach(int count, const std::function<void(int)>& work);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// With a crew, or on this thread alone where there is none.
inline void ForEach(Crew* crew, int count, const std::function<void(int)>& work) {
  if (crew != nullptr) return crew->ForEach(count, work);
  for (int i = 0; i < count; ++i) work(i);
}

}  // namespace trackout
