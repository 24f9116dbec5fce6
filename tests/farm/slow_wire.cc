#include "tests/farm/slow_wire.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cassert>
#include <chrono>
#include <vector>

namespace trackout::test {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

SlowWire::SlowWire(const std::string& address, int64_t bytes_per_second)
    : target_port_(std::stoi(address.substr(address.rfind(':') + 1))), bytes_per_second_(bytes_per_second) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here = Loopback(0);
  socklen_t size = sizeof here;
  [[maybe_unused]] const bool listens =
      bind(listener_, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 && listen(listener_, 16) == 0 &&
      getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size) == 0;
  assert(listens);
  port_ = ntohs(here.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

SlowWire::~SlowWire() {
  is_over_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int one : sockets_) shutdown(one, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int one : sockets_) close(one);
  close(listener_);
}

std::string SlowWire::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void SlowWire::Accept() {
  while (!is_over_) {
    const int from = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (from < 0) return;
    const int to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in farm = Loopback(target_port_);
    if (connect(to, reinterpret_cast<const sockaddr*>(&farm), sizeof farm) != 0) {
      close(from);
      close(to);
      continue;
    }
    // Small buffers: what was sent has nearly arrived.
    const int buffer = 32 << 10;
    for (const int one : {from, to}) {
      setsockopt(one, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
      setsockopt(one, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    }
    const std::lock_guard lock(mutex_);
    sockets_.push_back(from);
    sockets_.push_back(to);
    threads_.emplace_back([this, from, to] { Pass(from, to, to_farm_); });
    threads_.emplace_back([this, from, to] { Pass(to, from, from_farm_); });
  }
}

void SlowWire::Pass(int from, int to, std::atomic<int64_t>& count) {
  std::vector<char> block(16 << 10);
  while (!is_over_) {
    const ssize_t size = recv(from, block.data(), block.size(), 0);
    if (size <= 0) break;
    for (ssize_t sent = 0; sent < size;) {
      const ssize_t part = send(to, block.data() + sent, static_cast<size_t>(size - sent), MSG_NOSIGNAL);
      if (part <= 0) break;
      sent += part;
    }
    count += size;
    if (bytes_per_second_ > 0)
      std::this_thread::sleep_for(
          std::chrono::duration<double>(static_cast<double>(size) / static_cast<double>(bytes_per_second_)));
  }
  shutdown(from, SHUT_RDWR);
  shutdown(to, SHUT_RDWR);
}

}  // namespace trackout::test
