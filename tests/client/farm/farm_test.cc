// The client's side of a farm, held against a real coordinator that goes away and comes back.
#include "client/farm/farm.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/farm_here.h"

namespace trackout {
namespace {

using testing::HasSubstr;

class FarmTest : public testing::Test {
 protected:
  void Connect() {
    absl::StatusOr<std::unique_ptr<Farm>> farm = Farm::Connect(here_.Listen(), stop_);
    ASSERT_TRUE(farm.ok()) << farm.status();
    farm_ = *std::move(farm);
    farm_->SpeakBy([this](const std::string& line) { said_ += line + "\n"; });
  }
  absl::StatusOr<SubmitResponse> Submit() {
    return farm_->Submit(test::FarmHere::Request("nighttrains", "sound"));
  }

  std::atomic<bool> stop_ = false;
  std::string said_;
  test::FarmHere here_;
  std::unique_ptr<Farm> farm_;
};

TEST_F(FarmTest, SaysWhichAddressDoesNotAnswer) {
  const absl::Status status = Farm::Connect("127.0.0.1:1", stop_).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("cannot reach the farm at 127.0.0.1:1; "));
  EXPECT_TRUE(absl::IsInvalidArgument(Farm::Connect("nowhere", stop_).status()));
}

TEST_F(FarmTest, FindsTheOneThatAnswersAmongSeveral) {
  const std::string address = here_.Listen();
  const absl::StatusOr<std::unique_ptr<Farm>> farm = Farm::Connect("127.0.0.1:1," + address, stop_);
  ASSERT_TRUE(farm.ok()) << farm.status();
  EXPECT_TRUE((*farm)->List().ok());
}

TEST_F(FarmTest, AsksForTheSourcesAndThenAccepts) {
  Connect();
  absl::StatusOr<SubmitResponse> response = Submit();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->missing_size(), 1);
  EXPECT_EQ(farm_->List()->orders_size(), 0);
  here_.Give("sound");
  response = Submit();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status().order(), "nighttrains");
  EXPECT_EQ(farm_->List()->orders_size(), 1);
}

TEST_F(FarmTest, PassesOnWhatTheFarmSays) {
  Connect();
  EXPECT_TRUE(absl::IsNotFound(farm_->Status("unknownorder").status()));
  EXPECT_TRUE(absl::IsNotFound(
      farm_->Watch("unknownorder", [](const OrderStatus&) { return Onward::kGoOn; }).status()));
  EXPECT_TRUE(absl::IsNotFound(farm_->Drain("nobody").status()));
  EXPECT_EQ(said_, "");
}

TEST_F(FarmTest, AWatchIsLeftWhenItsWatcherWants) {
  Connect();
  here_.Give("sound");
  ASSERT_TRUE(Submit().ok());
  const absl::StatusOr<OrderStatus> last =
      farm_->Watch("nighttrains", [](const OrderStatus&) { return Onward::kLeave; });
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->state(), OrderStatus::running);
}

TEST_F(FarmTest, AWatchGoesOnWhenTheFarmIsBack) {
  Connect();
  here_.Give("sound");
  ASSERT_TRUE(Submit().ok());
  std::atomic<int> statuses = 0;
  absl::StatusOr<OrderStatus> last = absl::UnknownError("");
  std::thread watcher([&] {
    last = farm_->Watch("nighttrains", [&](const OrderStatus&) {
      ++statuses;
      return Onward::kGoOn;
    });
  });
  while (statuses == 0) std::this_thread::yield();
  here_.GoAway();
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  here_.Listen();
  const absl::StatusOr<OrderStatus> canceled = farm_->Cancel("nighttrains");
  watcher.join();
  ASSERT_TRUE(canceled.ok()) << canceled.status();
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->state(), OrderStatus::canceled);
  EXPECT_THAT(said_, HasSubstr("is not reachable; waiting for it"));
  EXPECT_THAT(said_, HasSubstr("the farm is back"));
}

TEST_F(FarmTest, AStopEndsAWatch) {
  Connect();
  here_.Give("sound");
  ASSERT_TRUE(Submit().ok());
  const absl::StatusOr<OrderStatus> last = farm_->Watch("nighttrains", [this](const OrderStatus&) {
    stop_ = true;
    return Onward::kGoOn;
  });
  EXPECT_TRUE(absl::IsCancelled(last.status())) << last.status();
}

TEST_F(FarmTest, AStopEndsTheWaitForAFarm) {
  Connect();
  here_.GoAway();
  std::thread stopper([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop_ = true;
  });
  EXPECT_TRUE(absl::IsCancelled(farm_->List().status()));
  stopper.join();
}

}  // namespace
}  // namespace trackout
