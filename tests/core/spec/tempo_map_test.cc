// Where bars and beats stand, by figures worked out by hand.
#include "core/spec/tempo_map.h"

#include <cmath>

#include "core/spec/spec_values.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

TempoMap MapOf(const std::string& keys) {
  return TempoMap(test::ReadSong(keys + "\ntracks: [{name: K, file: k.wav}]"));
}

double Seconds(const TempoMap& map, int bar, int beat = 1, int sixteenth = 1) {
  Time::Musical place;
  place.set_bar(bar);
  place.set_beat(beat);
  place.set_sixteenth(sixteenth);
  return map.SecondsOf(place).value_or(-1);
}

TEST(TempoMap, IsEmptyWithoutTempo) {
  const TempoMap map = MapOf("bar_1_at: 1s");
  EXPECT_FALSE(map.has_bars());
  EXPECT_EQ(Seconds(map, 1), -1);
}

TEST(TempoMap, CountsBarsBeatsAndSixteenths) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 120}]");  // 4/4, half a second a beat
  EXPECT_DOUBLE_EQ(Seconds(map, 1), 0);
  EXPECT_DOUBLE_EQ(Seconds(map, 2), 2);
  EXPECT_DOUBLE_EQ(Seconds(map, 17, 3, 1), 33);
  EXPECT_DOUBLE_EQ(Seconds(map, 1, 1, 2), 0.125);
  EXPECT_DOUBLE_EQ(Seconds(map, 1, 4, 4), 1.5 + 0.375);
}

TEST(TempoMap, BeginsWhereBarOneStands) {
  EXPECT_DOUBLE_EQ(Seconds(MapOf("bar_1_at: 250ms\ntempo: [{bar: 1, bpm: 60}]"), 2), 4.25);
  EXPECT_DOUBLE_EQ(Seconds(MapOf("sample_rate: 48000\nbar_1_at: 24000smp\ntempo: [{bar: 1, bpm: 60}]"), 2),
                   4.5);
}

TEST(TempoMap, HasNoBeatThatTheBarHasNot) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 120, meter: 3/4}, {bar: 3, bpm: 120, meter: 5/32}]");
  EXPECT_EQ(Seconds(map, 1, 4), -1);
  EXPECT_EQ(Seconds(map, 1, 3, 5), -1);
  EXPECT_NE(Seconds(map, 1, 3, 4), -1);
  EXPECT_EQ(Seconds(map, 0), -1);
  EXPECT_NE(Seconds(map, 3, 5, 1), -1);
  EXPECT_EQ(Seconds(map, 3, 1, 2), -1);
}

TEST(TempoMap, CountsBeatsInTheUnitOfTheMeterAndBpmInQuarters) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 90, meter: 6/8}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 2), 2);               // three quarters of 2/3 s
  EXPECT_DOUBLE_EQ(Seconds(map, 1, 4), 1);            // three eighths
  EXPECT_DOUBLE_EQ(Seconds(map, 1, 6, 2), 11.0 / 6);  // eleven sixteenths of 1/6 s
  EXPECT_EQ(Seconds(map, 1, 1, 3), -1);
  const TempoMap halves = MapOf("tempo: [{bar: 1, bpm: 60, meter: 2/2}]");
  EXPECT_DOUBLE_EQ(Seconds(halves, 2), 4);
  EXPECT_DOUBLE_EQ(Seconds(halves, 1, 2, 8), 2 + 1.75);
}

TEST(TempoMap, ChangesTempoAndMeterAtABar) {
  const TempoMap map = MapOf(
      "tempo: [{bar: 1, bpm: 120}, {bar: 3, bpm: 60, meter: 3/4}, {bar: 5, bpm: 240}, {bar: 6, bpm: 60, "
      "meter: "
      "7/8}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 3), 4);
  EXPECT_DOUBLE_EQ(Seconds(map, 4, 2), 8);
  EXPECT_DOUBLE_EQ(Seconds(map, 5), 10);
  EXPECT_DOUBLE_EQ(Seconds(map, 6), 10.75);        // three beats of a quarter second: the meter holds
  EXPECT_DOUBLE_EQ(Seconds(map, 7), 10.75 + 3.5);  // seven eighths
}

TEST(TempoMap, RampsStraightOverTime) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 60, ramp: true}, {bar: 3, bpm: 120}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 3), 120.0 * 8 / 180);  // 5 1/3 s
  // t seconds in, the tempo is 60 + 11.25 t and t + 0.09375 t^2 quarters have gone by; of 4:
  EXPECT_NEAR(Seconds(map, 2), (-1 + std::sqrt(2.5)) / 0.1875, 1e-12);
  EXPECT_NEAR(Seconds(map, 2) + 0.09375 * Seconds(map, 2) * Seconds(map, 2), 4, 1e-12);
  EXPECT_DOUBLE_EQ(Seconds(map, 4), 16.0 / 3 + 2);  // steady behind it
}

TEST(TempoMap, RampsDownToo) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 180, ramp: true}, {bar: 2, bpm: 60}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 2), 2);  // 120 * 4 / 240
  // 3 t - 0.5 t^2 = 2 quarters: t = 3 - sqrt(5)
  EXPECT_NEAR(Seconds(map, 1, 3), 3 - std::sqrt(5.0), 1e-12);
}

TEST(TempoMap, ARampBetweenEqualTemposIsSteady) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 120, ramp: true}, {bar: 9, bpm: 120}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 5, 2), 8.5);
}

TEST(TempoMap, ChangesTempoAtATime) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 120}, {at: 3s, bpm: 60}, {bar: 4, bpm: 120}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 2, 3), 3);  // six quarters
  EXPECT_DOUBLE_EQ(Seconds(map, 2, 4), 4);
  EXPECT_DOUBLE_EQ(Seconds(map, 4), 9);
  EXPECT_DOUBLE_EQ(Seconds(map, 5), 11);
  const TempoMap late = MapOf("bar_1_at: 1s\ntempo: [{bar: 1, bpm: 120}, {at: 3s, bpm: 60}]");
  EXPECT_DOUBLE_EQ(Seconds(late, 2), 3);
  EXPECT_DOUBLE_EQ(Seconds(late, 2, 2), 4);
}

TEST(TempoMap, RampsToATime) {
  // 4 s from 60 to 120: 6 quarters.
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 60, ramp: true}, {at: 4s, bpm: 120}]");
  EXPECT_DOUBLE_EQ(Seconds(map, 2, 3), 4);
  EXPECT_DOUBLE_EQ(Seconds(map, 3), 5);
}

TEST(TempoMap, AMeterBeginsWithABar) {
  const TempoMap on = MapOf("tempo: [{bar: 1, bpm: 120}, {at: 4s, bpm: 120, meter: 3/4}]");
  EXPECT_TRUE(on.IsOnBarLine(1));
  EXPECT_DOUBLE_EQ(Seconds(on, 4), 5.5);
  const TempoMap inside = MapOf("tempo: [{bar: 1, bpm: 120}, {at: 3s, bpm: 120, meter: 3/4}]");
  EXPECT_FALSE(inside.IsOnBarLine(1));
  EXPECT_DOUBLE_EQ(Seconds(inside, 3), 4);
  EXPECT_DOUBLE_EQ(Seconds(inside, 4), 5.5);
  EXPECT_EQ(inside.MeterOf(2).beats, 4);
  EXPECT_EQ(inside.MeterOf(3).beats, 3);
}

TEST(TempoMap, RoundsToTheNearestFrame) {
  const TempoMap map = MapOf("tempo: [{bar: 1, bpm: 97, meter: 7/8}]");
  Time time;
  time.mutable_musical()->set_bar(2);
  time.mutable_musical()->set_beat(1);
  time.mutable_musical()->set_sixteenth(1);
  EXPECT_EQ(map.FramesOf(time, 48000), 103'918);  // 3.5 * 60 / 97 * 48000 = 103917.53
  EXPECT_EQ(map.FramesOf(*ParseSignedTime("-5ms"), 48000), -240);
  time.mutable_musical()->set_beat(8);
  EXPECT_EQ(map.FramesOf(time, 48000), std::nullopt);
}

TEST(TempoMap, ReadsMeters) {
  EXPECT_EQ(ParseMeter("6/8")->quarters(), 3);
  EXPECT_EQ(ParseMeter("99/32")->beats, 99);
  for (const char* text : {"", "4", "0/4", "4/5", "4/0", "1.5/4", "100/4", "4/4/4", "waltz", "-4/4"}) {
    EXPECT_EQ(ParseMeter(text).has_value(), false) << text;
  }
}

}  // namespace
}  // namespace trackout
