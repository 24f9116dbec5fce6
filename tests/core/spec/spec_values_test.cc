// Numbers, levels, times, formats and colours, as a spec writes them.
#include "core/spec/spec_values.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::HasSubstr;

int64_t Nanoseconds(const std::string& text) {
  const absl::StatusOr<Time> time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text << ": " << time.status();
  if (!time.ok()) return -1;
  EXPECT_TRUE(time->has_nanoseconds()) << text;
  return time->nanoseconds();
}

int64_t FramesOf(const std::string& text, int sample_rate) {
  const absl::StatusOr<Time> time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text << ": " << time.status();
  return time.ok() ? Frames(*time, sample_rate).value_or(-1) : -1;
}

std::string TimeError(const std::string& text) {
  const absl::StatusOr<Time> time = ParseTime(text);
  return time.ok() ? "no error: " + time->ShortDebugString() : std::string(time.status().message());
}

std::string FormatError(const std::string& text) {
  const absl::StatusOr<Format> format = ParseFormat(text);
  return format.ok() ? "no error" : std::string(format.status().message());
}

TEST(SpecValues, ReadNumbers) {
  EXPECT_EQ(ParseNumber("0"), 0.0);
  EXPECT_EQ(ParseNumber("-3.5"), -3.5);
  EXPECT_EQ(ParseNumber("+2"), 2.0);
  EXPECT_EQ(ParseNumber(".5"), 0.5);
  EXPECT_EQ(ParseNumber("1e3"), 1000.0);
}

TEST(SpecValues, RefuseWhatIsNoFiniteNumber) {
  for (const char* text :
       {"",      "nan",    ".nan", "NaN", ".NaN",  "inf",  ".inf", "-inf",  "-.inf", "infinity",
        "1e999", "-1e999", "0x10", "1,5", "1.2.3", "12dB", "--1",  "1_000", "e",     " "}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

TEST(SpecValues, ReadSilenceAsALevel) {
  for (const char* text : {"-inf", "-.inf", "-Inf", "-.Inf"}) {
    ASSERT_TRUE(ParseLevel(text).has_value()) << text;
    EXPECT_TRUE(std::isinf(*ParseLevel(text)) && *ParseLevel(text) < 0) << text;
  }
  EXPECT_EQ(ParseLevel("-3.0"), -3.0);
}

TEST(SpecValues, RefuseOtherInfinitiesAsALevel) {
  for (const char* text : {"inf", ".inf", "+inf", "nan", ".nan", "-nan", "-infinite"}) {
    EXPECT_EQ(ParseLevel(text), std::nullopt) << text;
  }
}

TEST(SpecValues, ReadSecondsAndMilliseconds) {
  EXPECT_EQ(Nanoseconds("12s"), 12'000'000'000);
  EXPECT_EQ(Nanoseconds("0.5s"), 500'000'000);
  EXPECT_EQ(Nanoseconds("250ms"), 250'000'000);
  EXPECT_EQ(Nanoseconds("0.125ms"), 125'000);
  EXPECT_EQ(Nanoseconds("0"), 0);
  EXPECT_EQ(Nanoseconds("0s"), 0);
}

TEST(SpecValues, ReadMinutesAndHours) {
  EXPECT_EQ(Nanoseconds("1:23.500"), 83'500'000'000);
  EXPECT_EQ(Nanoseconds("1:02:03"), 3'723'000'000'000);
  EXPECT_EQ(Nanoseconds("90:00"), 5'400'000'000'000);
  EXPECT_EQ(Nanoseconds("0:00.001"), 1'000'000);
}

TEST(SpecValues, ReadDecimalsExactlyAndRoundBehindTheNanosecond) {
  EXPECT_EQ(Nanoseconds("0.1s"), 100'000'000);
  EXPECT_EQ(Nanoseconds("0.123456789s"), 123'456'789);
  EXPECT_EQ(Nanoseconds("0.1234567894s"), 123'456'789);
  EXPECT_EQ(Nanoseconds("0.1234567895s"), 123'456'790);
  EXPECT_EQ(Nanoseconds("1.0000005ms"), 1'000'001);
}

TEST(SpecValues, ReadSamplesAndMusicalTimes) {
  EXPECT_EQ(ParseTime("480000smp")->samples(), 480'000);
  const Time musical = *ParseTime("17|3|1");
  EXPECT_EQ(musical.musical().bar(), 17);
  EXPECT_EQ(musical.musical().beat(), 3);
  EXPECT_EQ(musical.musical().sixteenth(), 1);
}

TEST(SpecValues, RoundTimesToTheNearestFrame) {
  EXPECT_EQ(FramesOf("1s", 44100), 44'100);
  EXPECT_EQ(FramesOf("12s", 44100), 529'200);
  EXPECT_EQ(FramesOf("1:23.500", 44100), 3'682'350);
  EXPECT_EQ(FramesOf("250ms", 44100), 11'025);
  EXPECT_EQ(FramesOf("1ms", 44100), 44);    // 44.1
  EXPECT_EQ(FramesOf("16ms", 44100), 706);  // 705.6
  // Half a frame at 44100 Hz is 11337.868 ns.
  EXPECT_EQ(FramesOf("0.000011337s", 44100), 0);
  EXPECT_EQ(FramesOf("0.000011338s", 44100), 1);
  EXPECT_EQ(FramesOf("480000smp", 44100), 480'000);
  // Two days at 768 kHz need more than 64 bits on the way: 172800 * 768000.
  EXPECT_EQ(FramesOf("48:00:00", 768000), 132'710'400'000);
}

TEST(SpecValues, AMusicalTimeHasNoFramesByItself) {
  EXPECT_EQ(Frames(*ParseTime("17|3|1"), 48000), std::nullopt);
}

TEST(SpecValues, SayThatATimeNeedsAUnit) {
  EXPECT_EQ(TimeError("12"), "a time needs a unit; write it as 12s, 250ms, 1:23.500, 480000smp or 17|3|1");
  EXPECT_THAT(TimeError("1.5"), HasSubstr("needs a unit"));
}

TEST(SpecValues, SayThatATimeIsNotNegative) {
  EXPECT_EQ(TimeError("-5s"), "a time may not be negative here");
}

TEST(SpecValues, ReadASignWhereATimeMayHaveOne) {
  EXPECT_EQ(ParseSignedTime("-5ms")->nanoseconds(), -5'000'000);
  EXPECT_EQ(ParseSignedTime("-1:00.5")->nanoseconds(), -60'500'000'000);
  EXPECT_EQ(ParseSignedTime("-480smp")->samples(), -480);
  EXPECT_EQ(ParseSignedTime("5ms")->nanoseconds(), 5'000'000);
  EXPECT_EQ(ParseSignedTime("-1|1|1").status().message(), "a musical time may not be negative");
  for (const char* text : {"--5ms", "-", "- 5ms", "-5"}) EXPECT_FALSE(ParseSignedTime(text).ok()) << text;
}

TEST(SpecValues, RoundNegativeTimesToTheNearestFrame) {
  EXPECT_EQ(Frames(*ParseSignedTime("-5ms"), 48000), -240);
  EXPECT_EQ(Frames(*ParseSignedTime("-1ms"), 44100), -44);    // 44.1
  EXPECT_EQ(Frames(*ParseSignedTime("-16ms"), 44100), -706);  // 705.6
  EXPECT_EQ(Frames(*ParseSignedTime("-7smp"), 44100), -7);
}

TEST(SpecValues, SayWhatAMusicalTimeLooksLike) {
  for (const char* text : {"0|1|1", "1|0|1", "1|1|0", "1|1", "1|1|1|1", "a|b|c", "1.5|1|1", "1000001|1|1"}) {
    EXPECT_EQ(TimeError(text), "a musical time is bar|beat|sixteenth, each from 1") << text;
  }
}

TEST(SpecValues, RefuseWhatIsNoTime) {
  for (const char* text : {"",     "s",   "ms",   "smp",     "twelve", "1:60", "1:2:60", "1:60:00",
                           "1:-2", ":30", "1:",   "1:2:3:4", "1.5smp", "12 s", "12S",    "1e3s",
                           "5.s",  ".5s", "nans", "infs",    "1;2",    "0x5s"}) {
    EXPECT_THAT(TimeError(text), HasSubstr("not a time; write it as 12s, 250ms")) << text;
  }
}

TEST(SpecValues, ATimeMayLastTwoDays) {
  EXPECT_EQ(Nanoseconds("48:00:00"), int64_t{172'800} * 1'000'000'000);
  EXPECT_EQ(Nanoseconds("172800s"), int64_t{172'800} * 1'000'000'000);
  EXPECT_EQ(TimeError("48:00:00.1"), "longer than two days");
  EXPECT_EQ(TimeError("99:00:00"), "longer than two days");
  EXPECT_EQ(TimeError("132710400001smp"), "longer than two days");  // at 768 kHz
}

TEST(SpecValues, SayOfSecondsTooThatTheyAreLongerThanTwoDays) {
  EXPECT_EQ(TimeError("172801s"), "longer than two days");
  EXPECT_EQ(TimeError("999999999ms"), "longer than two days");
}

TEST(SpecValues, ReadTheShortFormsOfFormats) {
  EXPECT_EQ(ParseFormat("wav16")->bits(), Format::BITS_16);
  EXPECT_EQ(ParseFormat("wav24")->bits(), Format::BITS_24);
  EXPECT_EQ(ParseFormat("wav32f")->bits(), Format::BITS_32F);
  EXPECT_EQ(ParseFormat("wav24")->container(), Format::CONTAINER_WAV);
}

TEST(SpecValues, SayWhichFormatsAreNotSupportedYet) {
  for (const char* text : {"aiff16", "aiff24", "flac16", "flac24"}) {
    EXPECT_THAT(FormatError(text), HasSubstr("not supported yet")) << text;
  }
}

TEST(SpecValues, SuggestTheNearestFormat) {
  EXPECT_EQ(FormatError("wav32"), "not a format (wav16, wav24, wav32f); did you mean \"wav32f\"?");
  EXPECT_THAT(FormatError("mp3"), HasSubstr("not a format"));
  EXPECT_THAT(FormatError(""), HasSubstr("not a format"));
}

TEST(SpecValues, KnowColours) {
  for (const char* text : {"red", "Blue", "LightGreen", "#00ff7F"}) EXPECT_TRUE(IsColor(text)) << text;
  for (const char* text : {"", "#", "#fff", "#00ff7g", "#00ff7f0", "12", "red;", "blurple"})
    EXPECT_FALSE(IsColor(text)) << text;
}

TEST(SpecValues, NotesAreReadAndWritten) {
  for (const char* text : {"1/8", "1/4.", "1/8t", "3/16", "4/1", "1/64t"}) {
    const std::optional<Time::Notes> notes = ParseNotes(text);
    ASSERT_TRUE(notes) << text;
    EXPECT_EQ(NotesText(*notes), text);
  }
  for (const char* text : {"", "/", "1/", "/8", "1/3", "0/4", "1/128", "1/8.t", "1/8t.", "-1/8", "1/8x",
                           "1.5/4", "1000/4", "1/0", "t", "1/8 "}) {
    EXPECT_FALSE(ParseNotes(text)) << text;
  }
}

TEST(SpecValues, NotesLastQuarters) {
  EXPECT_EQ(QuartersOf(*ParseNotes("1/4")), 1);
  EXPECT_EQ(QuartersOf(*ParseNotes("1/8.")), 0.75);
  EXPECT_DOUBLE_EQ(QuartersOf(*ParseNotes("1/8t")), 1.0 / 3);
  EXPECT_EQ(QuartersOf(*ParseNotes("4/1")), 16);
  EXPECT_EQ(QuartersOf(Time::Notes()), 0);
  Time time;
  *time.mutable_notes() = *ParseNotes("1/8");
  EXPECT_EQ(Frames(time, 48000), std::nullopt);
}

}  // namespace
}  // namespace trackout
