// SHA-256 against sha256sum and the vectors of FIPS 180-4.
#include "core/digest.h"

#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout {
namespace {

using test::Folder;

const std::atomic<bool> kNever = false;

std::string BySha256sum(const std::string& path) {
  return test::Run({"sha256sum", path}).out.substr(0, 64);
}

std::string Bytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

TEST(Digest, OfTheStandardsVectors) {
  EXPECT_EQ(Hex(DigestOf("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(DigestOf("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, CountsTheBytes) {
  EXPECT_EQ(DigestOf("").size_bytes(), 0);
  EXPECT_EQ(DigestOf(std::string(70'000, 'x')).size_bytes(), 70'000);
}

TEST(Digest, OfAFileIsWhatSha256sumSays) {
  const Folder folder;
  // Around the size of a block of reading, and nothing at all.
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{262'143}, size_t{262'144}, size_t{262'145}, size_t{1'000'003}}) {
    const std::string path = folder.Write("file", Bytes(size));
    const absl::StatusOr<Digest> digest = DigestOfFile(path, kNever);
    ASSERT_TRUE(digest.ok()) << digest.status();
    EXPECT_EQ(Hex(*digest), BySha256sum(path)) << size;
    EXPECT_EQ(digest->size_bytes(), static_cast<int64_t>(size));
  }
}

TEST(Digest, OfAFileThatIsNotThereIsNotFound) {
  const Folder folder;
  EXPECT_TRUE(absl::IsNotFound(DigestOfFile(folder / "nothing", kNever).status()));
}

TEST(Digest, OfAFolderIsAnError) {
  const Folder folder;
  EXPECT_FALSE(DigestOfFile(folder.path(), kNever).ok());
}

TEST(Digest, OfAFileIsCancelledByAStop) {
  const Folder folder;
  const std::atomic<bool> stop = true;
  EXPECT_TRUE(absl::IsCancelled(DigestOfFile(folder.Write("file", Bytes(1000)), stop).status()));
}

TEST(Digest, DoesNotDependOnTheSizeOfThePieces) {
  const std::string bytes = Bytes(10'000);
  for (const size_t piece : {size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{9'999}}) {
    Hasher hasher;
    for (size_t at = 0; at < bytes.size(); at += piece)
      hasher.Update(std::string_view(bytes).substr(at, piece));
    EXPECT_TRUE(SameDigest(hasher.Finish(), DigestOf(bytes))) << piece;
  }
}

TEST(Digest, IsAnotherForOtherBytes) {
  EXPECT_FALSE(SameDigest(DigestOf("a"), DigestOf("b")));
  Digest longer = DigestOf("a");
  longer.set_size_bytes(2);
  EXPECT_FALSE(SameDigest(DigestOf("a"), longer));
}

TEST(Digest, IsOrderedByHashThenSize) {
  const DigestLess less;
  Digest a, b;
  a.set_sha256(std::string("\x01"));
  b.set_sha256(std::string("\xFF"));
  EXPECT_TRUE(less(a, b));
  EXPECT_FALSE(less(b, a));
  EXPECT_FALSE(less(a, a));
  b = a;
  b.set_size_bytes(1);
  EXPECT_TRUE(less(a, b));
}

TEST(Digest, OfAPeerMayHaveNoShape) {
  EXPECT_TRUE(IsValid(DigestOf("")));
  EXPECT_TRUE(IsValid(DigestOf("a")));
  EXPECT_FALSE(IsValid(Digest()));
  Digest digest = DigestOf("a");
  digest.set_size_bytes(-1);
  EXPECT_FALSE(IsValid(digest));
  digest = DigestOf("a");
  digest.set_sha256(digest.sha256() + "a");
  EXPECT_FALSE(IsValid(digest));
  digest.set_sha256(std::string(31, 'a'));
  EXPECT_FALSE(IsValid(digest));
}

TEST(Digest, HexIsLowerCaseWithLeadingZeros) {
  EXPECT_EQ(Hex(std::string_view("\x00\x0F\xA0\xFF", 4)), "000fa0ff");
}

}  // namespace
}  // namespace trackout
