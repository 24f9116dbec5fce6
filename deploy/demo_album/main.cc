// trackout-demo-album DIR: makes a small album worth a listen, from nothing but arithmetic: the
// recorded tracks of two songs and the album.yaml that mixes and delivers them. The same bytes each
// time, so that it serves demonstrations and tests alike.
#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "deploy/demo_album/album_text.h"
#include "deploy/demo_album/songs.h"

namespace {

constexpr int kWrongCommandLine = 2;
constexpr int kCannotWrite = 5;

absl::Status MakeAlbum(const std::filesystem::path& folder) {
  using namespace trackout::demo;
  if (absl::Status status = RecordCopperMorning(folder / "copper-morning"); !status.ok()) return status;
  if (absl::Status status = RecordTheLastFerry(folder / "the-last-ferry"); !status.ok()) return status;
  // Last, so that a folder with an album.yaml in it is whole.
  return WriteAlbumText(folder / "album.yaml");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0') {
    std::fprintf(stderr, "usage: trackout-demo-album DIR\n");
    return kWrongCommandLine;
  }
  const std::filesystem::path folder = argv[1];
  if (absl::Status status = MakeAlbum(folder); !status.ok()) {
    std::fprintf(stderr, "trackout-demo-album: %s\n", std::string(status.message()).c_str());
    return kCannotWrite;
  }
  std::printf("The album is at %s\n", (folder / "album.yaml").c_str());
  return 0;
}
