// The copy limit: reads all of the inputs and writes as many bytes as the outputs have, and nothing else. No
// renderer of the same files can be faster on this machine.
//
//   bench_copy_limit THREADS OUT_FOLDER OUT_FILES OUT_BYTES INPUT...
//
// Inputs and outputs are dealt to the threads in turn; OUT_BYTES are those of each output.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;

bool ReadAll(const char* path, std::vector<char>& block) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t count = 0;
  while ((count = read(file, block.data(), block.size())) > 0) {
  }
  close(file);
  return count == 0;
}

bool WriteAll(const std::string& path, int64_t bytes, const std::vector<char>& block) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return false;
  while (bytes > 0) {
    const auto wanted = static_cast<size_t>(std::min(bytes, static_cast<int64_t>(block.size())));
    const ssize_t count = write(file, block.data(), wanted);
    if (count <= 0) break;
    bytes -= count;
  }
  return close(file) == 0 && bytes == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: bench_copy_limit THREADS OUT_FOLDER OUT_FILES OUT_BYTES INPUT...\n");
    return 2;
  }
  const int threads = std::max(1, std::atoi(argv[1]));
  const std::string folder = argv[2];
  const int out_files = std::atoi(argv[3]), in_files = argc - 5;
  const int64_t out_bytes = std::atoll(argv[4]);
  std::atomic<int> next = 0;
  std::atomic<bool> has_failed = false;
  const auto work = [&] {
    std::vector<char> block(kBlockBytes, 1);
    for (int i = next++; i < in_files + out_files; i = next++) {
      const bool is_done = i < in_files
                               ? ReadAll(argv[5 + i], block)
                               : WriteAll(folder + "/" + std::to_string(i) + ".out", out_bytes, block);
      if (!is_done) has_failed = true;
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  if (has_failed) std::fprintf(stderr, "bench_copy_limit: a file cannot be read or written\n");
  return has_failed ? 1 : 0;
}
