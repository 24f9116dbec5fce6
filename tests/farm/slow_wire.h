// A wire between a client and a farm that can be slow, and that counts what passes: bytes go from one socket
// to another, in threads of the test.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace trackout::test {

class SlowWire {
 public:
  // To 127.0.0.1:port of `address`; at most so many bytes a second in each direction, 0: as fast as it goes.
  SlowWire(const std::string& address, int64_t bytes_per_second);
  ~SlowWire();

  std::string address() const;
  int64_t bytes_to_farm() const { return to_farm_; }
  int64_t bytes_from_farm() const { return from_farm_; }

 private:
  void Accept();
  void Pass(int from, int to, std::atomic<int64_t>& count);

  const int target_port_;
  const int64_t bytes_per_second_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_over_ = false;
  std::atomic<int64_t> to_farm_ = 0;
  std::atomic<int64_t> from_farm_ = 0;
  std::mutex mutex_;
  std::list<int> sockets_;          // guarded by mutex_
  std::list<std::thread> threads_;  // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace trackout::test
