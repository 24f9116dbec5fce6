#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <csignal>
#include <cstdlib>

namespace trackout::test {
namespace {

// What programs remember between their runs is no test's business, unless it says so, and never the home's of
// who runs the tests. Set before main, and so before any thread.
[[maybe_unused]] const int home_is_left_alone = setenv("XDG_CACHE_HOME", "/dev/null", 1);

pid_t Start(const std::vector<std::string>& command, int out, int err) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  assert(pid >= 0);
  if (pid != 0) return pid;
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(out >= 0 ? out : nothing, STDOUT_FILENO);
  dup2(err >= 0 ? err : nothing, STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

int ExitCodeOf(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int WaitFor(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return ExitCodeOf(status);
}

}  // namespace

Ended Run(const std::vector<std::string>& command) {
  std::array<int, 2> out{}, err{};
  [[maybe_unused]] const int made = pipe2(out.data(), O_CLOEXEC) | pipe2(err.data(), O_CLOEXEC);
  assert(made == 0);
  const pid_t pid = Start(command, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  Ended ended;
  std::array<pollfd, 2> ends{{{out[0], POLLIN, 0}, {err[0], POLLIN, 0}}};
  std::array<char, 65536> block{};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    poll(ends.data(), ends.size(), -1);
    for (pollfd& end : ends) {
      if (end.fd < 0 || end.revents == 0) continue;
      const ssize_t count = read(end.fd, block.data(), block.size());
      if (count > 0) {
        (&end == &ends[0] ? ended.out : ended.err).append(block.data(), static_cast<size_t>(count));
      } else {
        close(end.fd);
        end.fd = -1;
      }
    }
  }
  ended.exit_code = WaitFor(pid);
  return ended;
}

std::string ProgramPath(const std::string& name) {
  const char* programs = std::getenv("TRACKOUT_PROGRAMS");
  return std::string(programs != nullptr ? programs : PROGRAM_FOLDER) + "/" + name;
}

std::string TrackoutPath() {
  return ProgramPath("trackout");
}

Ended Trackout(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{TrackoutPath()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command);
}

Process::Process(const std::vector<std::string>& command, const std::string& log) {
  const int file = log.empty() ? -1 : open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  pid_ = Start(command, file, file);
  if (file >= 0) close(file);
}

Process::~Process() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  WaitFor(pid_);
}

void Process::Signal(int signal) const {
  if (pid_ >= 0) kill(pid_, signal);
}

int Process::Wait() {
  if (pid_ >= 0) ended_ = WaitFor(pid_);
  pid_ = -1;
  return ended_;
}

bool Process::HasEnded() {
  int status = 0;
  if (pid_ < 0) return true;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  ended_ = ExitCodeOf(status);
  pid_ = -1;
  return true;
}

bool HasProgram(const std::string& name) {
  return Run({"sh", "-c", "command -v " + name}).exit_code == 0;
}

}  // namespace trackout::test
