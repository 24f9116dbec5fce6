// A farm of real processes on loopback, for tests: a coordinator and workers, each with a folder of its own,
// that can be killed, stopped and started again. All end with the test.
//
//   folder/coordinator/      its data        folder/coordinator.log
//   folder/NAME/             a worker's cache  folder/NAME.log
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/farm/studio.h"

namespace trackout::test {

class LoopbackFarm : public Studio {
 protected:
  // On a free port at first, on the same port after; waits until it listens.
  void StartCoordinator(const std::vector<std::string>& options = {});
  void StartWorker(const std::string& name, const std::vector<std::string>& options = {});
  void StartWorkers(const std::vector<std::string>& names);
  // Any program as NAME, with its log; `before` is what it is run by.
  void StartProcess(const std::string& name, const std::vector<std::string>& before,
                    const std::vector<std::string>& command);
  void SetAddress(const std::string& address) { address_ = address; }
  // Ends all of them; their folders stay.
  void StopAll() { processes_.clear(); }
  Process& coordinator() { return *processes_.at("coordinator"); }
  Process& worker(const std::string& name) { return *processes_.at(name); }
  void Kill(const std::string& name);  // SIGKILL, and waits

  // trackout COMMAND --farm ADDRESS OPTIONS...
  Ended AtFarm(const std::vector<std::string>& command) const;
  std::vector<std::string> AtFarmCommand(const std::vector<std::string>& command) const;
  // Submits the album, from another folder than its own; the order's id.
  std::string Submit(const std::vector<std::string>& options = {}) const;
  int WatchToTheEnd(const std::string& order) const;
  Ended Collect(const std::string& order, const std::vector<std::string>& options = {}) const;
  std::string StateOf(const std::string& order) const;

  // An album whose one song takes a worker with `--block 16` some seconds: many tracks over one source.
  void SlowAlbum(int songs = 1) const;

  std::string Log(const std::string& name) const;
  // Lines of all workers' logs that have all of these words.
  std::vector<std::string> WorkerLines(const std::vector<std::string>& words) const;
  bool WaitForLog(const std::string& name, const std::string& text, double seconds) const;
  // What `render` makes of the album, by itself: path to SHA-256.
  std::map<std::string, std::string> RenderedAlone() const;

  const std::string& address() const { return address_; }

 private:
  std::string address_;
  std::map<std::string, std::unique_ptr<Process>> processes_;
};

}  // namespace trackout::test
