// Runs programs as a user would, and tells how they ended.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace trackout::test {

struct Ended {
  int exit_code = -1;  // 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

// Runs a program (by path, or from PATH) to its end, stdin closed.
Ended Run(const std::vector<std::string>& command);

// Runs the product's program `trackout` with these arguments.
Ended Trackout(const std::vector<std::string>& arguments);
std::string TrackoutPath();
// A program of the product by its name.
std::string ProgramPath(const std::string& name);

// A program that goes on while the test does. Killed, by its pid, if it still runs at the end.
class Process {
 public:
  // `log`: the file that takes what it prints; empty: nobody does.
  explicit Process(const std::vector<std::string>& command, const std::string& log = "");
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal) const;
  bool HasEnded();
  // Waits for the end; the exit code as in Ended.
  int Wait();

 private:
  pid_t pid_ = -1;
  int ended_ = -1;  // the exit code, once it is known
};

// Whether an outside program is there; deploy/install.sh installs all that tests use.
bool HasProgram(const std::string& name);

}  // namespace trackout::test
