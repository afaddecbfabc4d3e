"""Words of our own: what signs, receipts and letters say most, and seeds for the generator."""

# ruff: noqa: SIM905 (word lists read better as prose)

from __future__ import annotations

COMMON = (
    "the of and to in is you that it he was for on are as with his they at be this have from or "
    "one had by word but not what all were we when your can said there use an each which she do "
    "how their if will up other about out many then them these so some her would make like him "
    "into time has look two more write go see number no way could people my than first water been "
    "call who oil its now find long down day did get come made may part over new sound take only "
    "little work know place year live me back give most very after thing our just name good man "
    "think say great where help through much before line right too mean old any same tell boy "
    "follow came want show also around form three small set put end does another well large must "
    "big even such because turn here why ask went men read need land different home us move try "
    "kind hand picture again change off play spell air away animal house point page letter mother "
    "answer found study still learn should world high every near add food between own below "
    "country plant last school father keep tree never start city earth eye light thought head "
    "under story saw left few while along might close something seem next hard open example begin "
    "life always those both paper together got group often run important until children side feet "
    "car mile night walk white sea began grow took river four carry state once book hear stop "
    "without second later miss idea enough eat face watch far really almost let above girl "
    "sometimes mountain cut young talk soon list song being leave family"
).split()

SIGNS = (
    "exit entrance push pull open closed sale hotel inn motel bar pub cafe coffee restaurant "
    "grill pizza burger sushi noodle bakery deli market store shop books records music video bank "
    "atm pharmacy drugs clinic dental hospital school college university library museum theatre "
    "theater cinema gallery studio salon hair beauty nails spa fitness gym yoga dance tattoo "
    "laundry cleaners tailor shoes fashion jewelry watches optical camera phone mobile computer "
    "repair service auto parts tires garage parking taxi bus train station metro airport gate "
    "platform ticket information toilet women gentlemen ladies staff only private danger warning "
    "caution notice stop yield slow speed limit zone one way street avenue road boulevard drive "
    "lane park square plaza center centre court tower building house club lounge casino royal "
    "grand golden silver blue red green black white orange sunset ocean beach bay lake river "
    "island garden flower fresh fruit juice wine beer spirits tea milk bread cheese chicken "
    "seafood steak rice free special offer discount save off price best quality new now here "
    "welcome thank please keep clear quiet smoking allowed prohibited emergency fire alarm police "
    "office post mail city hall county state national international american central north south "
    "east west first second trust savings insurance realty travel tours express world global "
    "united union general electric power energy water gas company limited group brothers sons est "
    "since established happy hour live tonight today daily monday tuesday wednesday thursday "
    "friday saturday sunday january february march april june july august september october "
    "november december summer winter spring season collection edition classic original premium "
    "deluxe super ultra mega mini turbo sport racing champion team league football soccer "
    "baseball hockey tennis photo print copy design media press news times herald tribune journal "
    "magazine radio channel kids toys games party gifts cards candy chocolate ice cream donuts "
    "sandwich salad soup lunch breakfast dinner buffet catering delivery carry takeaway rental "
    "sell buy lease apartments rooms suites vacancy pool wifi internet lobby elevator stairs "
    "level floor basement storage furniture antiques art crafts hardware paint tools supply "
    "wholesale outlet factory warehouse church temple saint memorial heritage historic district "
    "village town bridge harbor pier marina lighthouse canyon valley hill ridge forest wild "
    "dragon lion tiger eagle bear wolf phoenix star sun moon sky angel king queen prince crown "
    "castle palace diamond pearl ruby"
).split()

ITEMS = (
    "nasi lemak|teh tarik|kopi o|milo ais|roti canai|mee goreng|char kuey teow|chicken rice|"
    "iced lemon tea|mineral water 500ml|fresh milk 1l|white bread|brown rice 5kg|sugar 1kg|"
    "cooking oil 2kg|eggs grade a 10s|potato chips bbq|instant noodle|soy sauce 340ml|tissue 3 ply|"
    "dish wash lemon|shampoo 320ml|tooth paste|hand soap|battery aa 4s|led bulb 9w|extension wire|"
    "cable tie 100pcs|pvc tape black|wood screw 1 inch|paint brush 2in|super glue|masking tape|"
    "a4 paper 80gsm|ball pen blue|exercise book|envelope 100s|stapler no.10|sticky note|folder|"
    "photocopy|binding|greeting card|gift wrap|plastic bag|unleaded 95|diesel|car wash|parking fee|"
    "set lunch a|fried chicken 2pc|fish burger|french fries (l)|coleslaw reg|vanilla cone|"
    "cappuccino|caffe latte|hot chocolate|croissant|blueberry muffin|chocolate cake slice|"
    "grilled salmon|beef noodle soup|veg spring roll|steamed rice|extra egg|no ice|take away box|"
    "service charge|delivery fee|kitchen towel|bath mat|door mat|pillow case|bed sheet queen|"
    "t-shirt m|socks 3 pairs|slippers size 9|umbrella|keychain|photo frame 4r|candle|vase glass|"
    "dog food 1.5kg|cat litter|fertilizer|flower pot|hose 10m|padlock 40mm|hinge 3 inch|door knob|"
    "wall plug 6mm|sand paper p120|thinner 1l|putty|roller tray|safety glove|dust mask|helmet"
).split("|")

LABELS = (
    "total|sub total|subtotal|grand total|net total|total sales|total amount|amount due|amount|"
    "total (rm)|total incl. gst|total excl. gst|total (incl gst)|total rounded|rounding|round adj|"
    "rounding adjustment|cash|change|change due|balance|paid|tendered|visa|master|debit card|"
    "credit card|tax|tax (rm)|gst 6%|gst @ 6%|sst 6%|vat|sr|zrl|gst summary|tax code|tax invoice|"
    "simplified tax invoice|invoice|invoice no|invoice no.|inv no|inv. no|bill no|receipt|"
    "receipt no|receipt #|doc no|doc no.|document no|order no|order #|ref no|trans no|slip no|"
    "table|table no|pax|cashier|counter|terminal|pos|staff|server|salesperson|sales person|user|"
    "member|member id|customer|cust|date|time|date/time|invoice date|due date|qty|quantity|"
    "item|items|total qty|total item(s)|no. of items|description|price|unit price|u/price|s/price|"
    "disc|discount|disc. amt|less|deposit|refund|void|item count|tel|tel no|phone|fax|email|"
    "gst no|gst id|gst reg no|gst reg. no|co. reg|co no|reg no|company reg. no|roc no|website|"
    "address|bill to|ship to|deliver to|attention|remark|terms|page|account no|approval code|"
    "card no|expiry|batch|trace no|auth code|signature|points|point balance|opening|closing"
).split("|")

PHRASES = (
    "thank you|thank you. please come again|thank you & come again|please come again|"
    "goods sold are not returnable|goods sold are not refundable|no refund or exchange|"
    "exchange within 7 days with receipt|please keep this receipt|for exchange purposes|"
    "this is a computer generated invoice|no signature is required|customer copy|merchant copy|"
    "have a nice day|we value your feedback|visit us at|like us on facebook|follow us|"
    "terms and conditions apply|all prices include gst|prices are inclusive of tax|"
    "goods once sold cannot be returned|e. & o.e.|duplicate copy|closed bill|welcome|"
    "welcome to our store|open daily|open 24 hours|happy to serve you|how was your visit today?|"
    "tell us what you think|collect your points|self collect|dine in|take away|cash sales|"
    "member since|thank you for shopping with us|see you again soon|powered by|served by you"
).split("|")

FIRST_NAMES = (
    "james mary john anna robert linda michael susan david karen daniel nancy paul lisa mark helen "
    "george sandra kevin donna brian carol edward ruth peter sharon frank laura scott sarah eric "
    "ahmad siti tan lim lee wong chan ng kumar raj mei ling hassan fatimah jose maria luis elena "
    "hans greta yuki kenji pierre claire olga ivan sven ingrid"
).split()

LAST_NAMES = (
    "smith johnson williams brown jones miller davis wilson anderson taylor thomas moore martin "
    "jackson thompson white harris clark lewis robinson walker young allen king wright hill green "
    "baker adams nelson carter mitchell roberts turner phillips campbell parker evans edwards "
    "collins stewart morris rogers reed cook morgan bell murphy bailey rivera cooper abdullah "
    "rahman ismail krishnan chua goh teo ong yeoh garcia lopez schmidt weber rossi novak kowalski"
).split()

STREETS = (
    "main oak maple cedar elm pine washington lincoln park lake hill church river spring market "
    "bridge station victoria king queen mill school high castle garden forest sunset highland"
).split()

PLACES = (
    "kuala lumpur|petaling jaya|shah alam|johor bahru|penang|ipoh|melaka|subang jaya|klang|"
    "seremban|selangor|puchong|cheras|setia alam|bandar baru|taman maluri|singapore|london|"
    "new york|san francisco|los angeles|chicago|boston|seattle|austin|denver|portland|toronto|"
    "vancouver|sydney|melbourne|dublin|edinburgh|paris|berlin|munich|madrid|rome|milan|vienna|"
    "zurich|geneva|oslo|stockholm|tokyo|osaka|seoul|mumbai|cairo|cape town|springfield|riverside"
).split("|")

COMPANY_ENDINGS = (
    "sdn bhd|sdn. bhd.|(m) sdn bhd|sdn.bhd|enterprise|trading|bhd|ltd|ltd.|limited|inc.|inc|llc|"
    "co.|& co|& sons|corp.|group|holdings|hardware|restaurant|cafe|bakery|mart|store|pharmacy|"
    "stationery|supermarket|station|services|industries|book store|food court|kitchen"
).split("|")

STREET_WORDS = ("jalan", "jln", "lorong", "persiaran", "lebuh", "no.")
STREET_ENDINGS = ("street", "st", "st.", "road", "rd", "avenue", "ave", "lane", "drive", "blvd")
DOMAINS = ("com", "com", "com", "net", "org", "com.my", "co.uk", "de", "info", "edu", "gov")
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
