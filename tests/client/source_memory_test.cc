// What is remembered of sources, and when it is not believed.
#include "client/source_memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "core/digest.h"
#include "core/limits.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

class SourceMemoryTest : public ::testing::Test {
 protected:
  std::string Memory() const { return folder_ / "cache/deep/sources.memory"; }

  static Source SourceOf(const std::string& bytes) {
    Source source;
    source.set_channels(2);
    source.set_sample_rate(44100);
    source.set_frames(99);
    source.set_encoding("WAV");
    source.add_doubts("a doubt");
    *source.mutable_digest() = DigestOf(bytes);
    return source;
  }

  // Long after the file was changed.
  static int64_t Later(const FileState& state) { return state.inode_changed_ns + 10 * kSettledNs; }

  void Learn(const std::string& file, const std::string& bytes) const {
    SourceMemory memory(Memory());
    memory.Remember(file, *StateOf(file), SourceOf(bytes), Later(*StateOf(file)));
    memory.Keep();
  }
  std::optional<Source> Known(const std::string& file) const {
    return SourceMemory(Memory()).Recall(file, *StateOf(file));
  }

  const test::Folder folder_;
};

TEST_F(SourceMemoryTest, KnowsAFileInTheNextRun) {
  const std::string file = folder_.Write("a.wav", "sound");
  EXPECT_FALSE(Known(file).has_value());
  Learn(file, "sound");
  const std::optional<Source> source = Known(file);
  ASSERT_TRUE(source.has_value());
  EXPECT_EQ(source->SerializeAsString(), SourceOf("sound").SerializeAsString());
}

TEST_F(SourceMemoryTest, KnowsItByWhateverPathItIsNamed) {
  const std::string file = folder_.Write("a.wav", "sound");
  Learn(file, "sound");
  EXPECT_TRUE(Known(folder_ / "./cache/../a.wav").has_value());
}

TEST_F(SourceMemoryTest, DoesNotKnowAFileThatWasChanged) {
  const std::string file = folder_.Write("a.wav", "sound");
  Learn(file, "sound");
  folder_.Write("a.wav", "longer sound");
  EXPECT_FALSE(Known(file).has_value());
}

// Size and time are as before; only the inode knows.
TEST_F(SourceMemoryTest, IsNotDeceivedByATimeThatWasSetBack) {
  const std::string file = folder_.Write("a.wav", "sound");
  const auto time = fs::last_write_time(file);
  Learn(file, "sound");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  folder_.Write("a.wav", "SOUND");
  fs::last_write_time(file, time);
  EXPECT_FALSE(Known(file).has_value());
}

TEST_F(SourceMemoryTest, DoesNotKnowAnotherFileOfTheSameName) {
  const std::string file = folder_.Write("a.wav", "sound"), other = folder_.Write("b.wav", "sound");
  Learn(file, "sound");
  fs::last_write_time(other, fs::last_write_time(file));
  fs::rename(other, file);
  EXPECT_FALSE(Known(file).has_value());
}

TEST_F(SourceMemoryTest, DoesNotRememberWhatWasChangedJustNow) {
  const std::string file = folder_.Write("a.wav", "sound");
  SourceMemory memory(Memory());
  const FileState state = *StateOf(file);
  memory.Remember(file, state, SourceOf("sound"), state.inode_changed_ns + kSettledNs - 1);
  memory.Keep();
  EXPECT_FALSE(Known(file).has_value());
}

TEST_F(SourceMemoryTest, ForgetsAllWhereAnyByteOfItIsDamaged) {
  const std::string file = folder_.Write("a.wav", "sound");
  Learn(file, "sound");
  const std::string whole = test::ReadFile(Memory());
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    folder_.Write("cache/deep/sources.memory", damaged);
    EXPECT_FALSE(Known(file).has_value()) << i;
    folder_.Write("cache/deep/sources.memory", whole.substr(0, i));
    EXPECT_FALSE(Known(file).has_value()) << i;
  }
  Learn(file, "sound");
  EXPECT_TRUE(Known(file).has_value());
}

TEST_F(SourceMemoryTest, KeepsWhatTwoRunsLearnAtOnce) {
  const std::string one = folder_.Write("a.wav", "one"), other = folder_.Write("b.wav", "other");
  SourceMemory first(Memory()), second(Memory());
  first.Remember(one, *StateOf(one), SourceOf("one"), Later(*StateOf(one)));
  second.Remember(other, *StateOf(other), SourceOf("other"), Later(*StateOf(other)));
  first.Keep();
  second.Keep();
  EXPECT_TRUE(Known(one).has_value());
  EXPECT_TRUE(Known(other).has_value());
}

TEST_F(SourceMemoryTest, ForgetsWhatWasUsedLongestAgo) {
  const std::string file = folder_.Write("a.wav", "sound");
  const FileState state = *StateOf(file);
  SourceMemory memory(Memory());
  memory.Remember(file, state, SourceOf("sound"), Later(state));
  for (int i = 0; i < kMostRememberedSources; ++i)
    memory.Remember(folder_ / std::to_string(i), state, SourceOf("sound"), Later(state));
  ASSERT_TRUE(memory.Recall(folder_ / "0", state).has_value());
  memory.Keep();
  SourceMemory next(Memory());
  EXPECT_FALSE(next.Recall(file, state).has_value());
  EXPECT_TRUE(next.Recall(folder_ / "0", state).has_value());
  EXPECT_TRUE(next.Recall(folder_ / "1", state).has_value());
  EXPECT_LE(static_cast<int64_t>(fs::file_size(Memory())), kMostMemoryBytes);
}

TEST_F(SourceMemoryTest, APlaceThatCannotBeWrittenIsNoError) {
  const std::string file = folder_.Write("a.wav", "sound");
  SourceMemory memory("/dev/null/trackout/sources.memory");
  memory.Remember(file, *StateOf(file), SourceOf("sound"), Later(*StateOf(file)));
  memory.Keep();
  EXPECT_TRUE(memory.Recall(file, *StateOf(file)).has_value());
}

}  // namespace
}  // namespace trackout
