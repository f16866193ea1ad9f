"""Units and other words that make of a number something else than a price or a number of products. Pure."""

from typing import Final

from runtime.retrieval.understanding.words import word_set

UNITS: Final = word_set(
    # Length, area, volume, weight.
    "mm cm dm m km meter meters metre metres centimeter centimeters centimetre centimetres millimeter millimeters inch",
    "inches in ft foot feet yard yards yd mile miles sq l ml cl liter liters litre litres milliliter milliliters",
    "gallon",
    "gallons gal quart quarts qt pint pints oz ounce ounces g gr gram grams kg kgs kilo kilos kilogram kilograms mg lb",
    "lbs ton tons cup cups tbsp",
    "мм см дм м км метр метра метров метры сантиметр сантиметра сантиметров миллиметр миллиметра миллиметров",
    "дюйм дюйма",
    "дюймов дюйма кв л мл литр литра литров литры миллилитр миллилитров г гр грамм грамма граммов кг килограмм",
    "килограмма килограммов мг т тонн тонны тонна",
    # Electricity, light, computers, heat.
    "w kw watt watts v volt volts mah ah wh amp amps hz khz mhz ghz gb tb mb kb gigabytes terabytes mp megapixel",
    "megapixels lumen lumens lm px rpm psi dpi fps degree degrees celsius fahrenheit tog denier den spf btu db",
    "decibels decibel cal cals calorie calories kcal micron microns grit gsm cc lux mph kph knots bits nm ppm cfm",
    "sqm sqft m2 m3 ft2 year-old",
    "вт квт ватт вольт мач ач ампер гц кгц мгц ггц гб тб мб кб мп лм люмен люменов об градус градуса градусов бар",
    "дб децибел децибела ккал калорий калории калория килокалорий мкм микрон нм оборотов лс м2 м3 соток бит люкс",
    # Time and age.
    "second seconds sec minute minutes min hour hours hr hrs h day days night nights week weeks month months mo year",
    "years yr yrs yo old season seasons january february march april june july august september october november",
    "december am pm th st nd rd",
    "секунд секунды минут минуты мин час часа часов ч день дня дней сутки суток неделя недели недель месяц месяца",
    "месяцев мес год года годов лет годика сезон сезона сезонов января февраля марта апреля мая июня июля августа",
    "сентября октября ноября декабря утра вечера",
    # Who and how many.
    "person persons people guest guests player players seater",
    "seaters seat",
    "seats seats piece pieces pcs pc pack packs packet packets count ct ply layer layers level levels tier tiers speed",
    "speeds way ways step steps row rows page pages sheet sheets pair pairs drawer drawers shelf shelves door",
    "doors pocket pockets compartment compartments burner burners channel channels string strings slot slots",
    "port ports",
    "point points star stars percent times x carat karat ct gauge ga mil hp thread threads dozen",
    "человек человека людей персон персоны гостей гостя местный местная местное местные мест",
    "места место штук штуки штука шт предмет предмета предметов слой слоя слоев уровней уровня ярус яруса ярусов",
    "скорость скорости скоростей режим режима режимов карман кармана карманов отделение отделения отделений ящик ящика",
    "ящиков полка полки полок дверь двери дверей конфорка конфорки конфорок страниц листов раз раза пар",
    "комплектов упаковок упаковка упаковки процент процента процентов балл балла баллов х карат игрока",
    "игроков",
    "класс класса размер размера размеров",
)
"""What a number counts when it is no price: "up to 30 l", «до 3 лет», "2 person"."""
PEOPLE: Final = word_set(
    "man men adult adults kid kids child children set sets взрослых детей ребенка комплект комплекта",
)
"""Units of small numbers only: "up to 4 adults", while "under 50 men" wants something for men."""
UNIT_MARKS: Final = frozenset("%°″′×*#")
"""What makes a number behind which it stands something else; inches and feet in quotes are read beside them."""

MEASURES: Final = word_set(
    "size sizes width length height depth weight capacity volume diameter thickness power voltage memory ram storage",
    "diagonal screen resolution waist bust age ages aged temperature model version gen generation series edition part",
    "page chapter level grade class team player players mach no number calories calorie rating rated ratings reviews",
    "noise frequency density torque",
    "размер размера размеры размеров размером ширина шириной длина длиной высота высотой глубина глубиной вес весом",
    "массой объем объемом емкость емкостью вместимость вместимостью диаметр диаметром толщина толщиной мощность",
    "мощностью диагональ диагональю память памятью температура температуре температуры возраст возраста возрасте",
    "возрастом версия версии модель поколение серия серии номер ростом рост скорость скоростью",
    "талия класс напряжение нагрузка нагрузкой калорийность калорийностью калории рейтинг рейтингом оценка оценкой шум",
    "шумом частота частотой плотность плотностью жирность жирностью давление давлением площадь площадью расстояние",
    "обхват обхватом крепость крепостью зернистость тиражом дальность дальностью",
)
"""Before a bound, these tell what is bounded: "size up to 12", «высотой до 30»."""
COUNTED_MEASURES: Final = frozenset(
    {"size", "размера", "размер", "рост", "роста", "gen", "generation", "поколения", "edition"}
)
"""Beside a number these tell that one: "43 size", «43 размера»."""

CHILDREN: Final = word_set(
    "kids kid children child babies baby toddler toddlers infants infant boys boy girls girl teens teen teenagers",
    "preschoolers schoolchildren newborns grandson granddaughter",
    "детей дети детям ребенка ребенку ребенок малыш малыша малышу малышей малышам мальчик мальчика мальчику мальчиков",
    "мальчикам девочка девочки девочке девочек девочкам подростка подростку подростков подросткам школьника школьнику",
    "школьников школьникам дошкольников младенцев внука внуку внучки внучке",
)
ADULTS: Final = word_set(
    "women woman men man ladies lady gentlemen guys adults adult people person persons seniors senior elderly everyone",
    "anyone someone those females males",
    "женщин женщины женщине женщинам женщина мужчин мужчины мужчине мужчинам мужчина взрослых взрослым людей людям",
    "человека человеку девушек девушкам девушки девушке парней парням дам пенсионеров пенсионерам тех",
)
"""Before a bound, these tell an age: "kids under 5", "women over 50", «для женщин от 40»."""
OLDEST: Final = 100
"""Years; a larger number behind a person is no age."""
