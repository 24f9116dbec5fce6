// Names of orders: equal for equal albums, other for others, and always of the shape that a farm takes.
#include "core/order_id.h"

#include <set>

#include "core/digest.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

SubmitRequest Request(const std::string& spec, const std::vector<std::string>& sources) {
  SubmitRequest request;
  request.set_spec_text(spec);
  for (const std::string& bytes : sources) {
    Source& source = *request.add_sources();
    source.set_path(bytes + ".wav");
    *source.mutable_digest() = DigestOf(bytes);
  }
  return request;
}

TEST(OrderId, HasALetterAndMoreInLowerCase) {
  for (const char* good : {"abcdefgh", "a1234567", "nighttrains2026", "a2345678901234567890123456789012"})
    EXPECT_TRUE(IsOrderId(good)) << good;
  for (const char* bad : {"", "a", "abcdefg", "1abcdefg", "Abcdefgh", "abcdefgH", "abc-defgh", "abcdefgh ",
                          "../../etc", "a23456789012345678901234567890123"})
    EXPECT_FALSE(IsOrderId(bad)) << bad;
}

TEST(DerivedOrderId, IsTheSameForTheSameAlbum) {
  EXPECT_EQ(DerivedOrderId(Request("album: A", {"x", "y"}), 1),
            DerivedOrderId(Request("album: A", {"x", "y"}), 1));
}

TEST(DerivedOrderId, DoesNotDependOnTheBundlingOrTheIdBefore) {
  SubmitRequest request = Request("album: A", {"x"});
  const std::string id = DerivedOrderId(request, 1);
  request.set_bundling(BUNDLING_JOB);
  request.set_order("somethingelse");
  EXPECT_EQ(DerivedOrderId(request, 1), id);
}

TEST(DerivedOrderId, IsAnotherForAnotherAlbumSourceOrTry) {
  std::set<std::string> ids{
      DerivedOrderId(Request("album: A", {"x", "y"}), 1), DerivedOrderId(Request("album: A", {"x", "y"}), 2),
      DerivedOrderId(Request("album: B", {"x", "y"}), 1), DerivedOrderId(Request("album: A", {"y", "x"}), 1),
      DerivedOrderId(Request("album: A", {"x"}), 1),      DerivedOrderId(Request("album: A", {"x", "z"}), 1),
      DerivedOrderId(Request("album: A\nx", {"y"}), 1),
  };
  EXPECT_EQ(ids.size(), 7u);
}

TEST(DerivedOrderId, IsAlwaysOne) {
  SubmitRequest request = Request("album: A", {"x"});
  for (int number = 1; number <= 500; ++number) {
    const std::string id = DerivedOrderId(request, number);
    EXPECT_TRUE(IsOrderId(id)) << id;
    EXPECT_EQ(id.size(), 16u);
  }
}

}  // namespace
}  // namespace trackout
