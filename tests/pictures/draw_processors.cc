// draw_processors FOLDER: the pictures of worker/dsp/README.md, measured at the processors, as SVG.
//
// They are kept in worker/dsp/pictures. Whoever changes a processor draws them again; a test
// (tests/pictures/pictures_test.cc) fails until then.
#include <cstdio>
#include <fstream>
#include <string>

#include "fmt/format.h"
#include "tests/pictures/pictures.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: draw_processors FOLDER\n");
    return 2;
  }
  for (const trackout::pictures::Picture& picture : trackout::pictures::Pictures()) {
    const std::string path = fmt::format("{}/{}", argv[1], picture.file);
    std::ofstream file(path, std::ios::binary);
    file << picture.draw();
    file.close();
    if (!file) {
      fmt::print(stderr, "{}: cannot be written\n", path);
      return 1;
    }
  }
  return 0;
}
