// What the tests of whole programs share: a studio with a session folder, an `out` folder beside it, and the
// verbs of somebody who works there. Everything is done by the real `trackout`, everything is judged by
// programs that are not ours.
//
//   folder/session/album.yaml, *.wav     the album and its sources
//   folder/out/Night_Trains/             the package (every album here is called Night Trains)
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout::test {

class Studio : public ::testing::Test {
 protected:
  Studio();

  // A source in 24-bit WAV below session/: noise of its own, the same in every run.
  void Record(const std::string& file, int channels = 1, double seconds = 0.1, double level = 0.1,
              int sample_rate = 48000) const;
  void WriteAlbum(const std::string& text) const;

  // An album of one song: Kick (mono) and Room (stereo) on the bus Drums, Voice on no bus; stems, two mixes
  // and raw tracks. The sources are recorded too.
  void SmallAlbum() const;

  Ended Check(const std::vector<std::string>& options = {}) const;
  Ended Plan(const std::vector<std::string>& options = {}) const;
  Ended Render(const std::vector<std::string>& options = {}) const;
  Ended RenderTo(const std::string& out, const std::vector<std::string>& options = {}) const;
  Ended Verify(const std::string& package, const std::vector<std::string>& options = {}) const;

  // A second copy of a package, to be damaged.
  std::string Copy(const std::string& package, const std::string& to) const;

  std::string album() const { return folder_ / "session/album.yaml"; }
  std::string out() const { return folder_ / "out"; }
  std::string package() const { return out() + "/Night_Trains"; }

  const Folder folder_;
};

// Runs a line of shell.
Ended Shell(const std::string& line);

// What jq prints of a JSON file; a failure of the test where jq fails.
std::string Jq(const std::string& filter, const std::string& path);
// Whether the text is one JSON document and nothing else.
bool IsJson(const std::string& text);

// Path to SHA-256 of all files below a folder, by sha256sum.
std::map<std::string, std::string> DigestsOf(const std::string& folder);

// Names in a folder, hidden ones too, not below it; none where there is no such folder.
std::vector<std::string> NamesIn(const std::string& folder);

// Looks again and again until it is true, or the time is over: then false.
bool WaitUntil(const std::function<bool()>& is_true, double seconds);

std::vector<std::string> Lines(const std::string& text);

// Passes where a package's checksums hold, by sha256sum.
void ExpectChecksumsHold(const std::string& package);

}  // namespace trackout::test
