/** A shop in Transact-SQL as it stands in production, and the same tables in UAT with other rows and other things around them. */

/** Batches, as `GO` would part them. */
const SCHEMA = [
  'CREATE SCHEMA sales',
  `CREATE TABLE dbo.Countries (Code char(2) NOT NULL CONSTRAINT PK_Countries PRIMARY KEY, Name nvarchar(100) NOT NULL, Currency char(5) NULL,
     VatRate decimal(38,10) NOT NULL CONSTRAINT DF_Countries_Vat DEFAULT 0.19, CONSTRAINT CK_Countries_Vat CHECK (VatRate >= 0))`,
  `CREATE TABLE dbo.Customers (CustomerId int IDENTITY(1,1) NOT NULL CONSTRAINT PK_Customers PRIMARY KEY, CustomerNo varchar(40) NOT NULL,
     FirstName nvarchar(60) NOT NULL, LastName nvarchar(60) NOT NULL, Email nvarchar(200) NULL, Phone varchar(40) NULL,
     CountryCode char(2) NOT NULL CONSTRAINT FK_Customers_Countries REFERENCES dbo.Countries (Code),
     ReferredBy int NULL CONSTRAINT FK_Customers_ReferredBy REFERENCES dbo.Customers (CustomerId), BirthDate date NULL,
     CreditLimit money NOT NULL CONSTRAINT DF_Customers_Limit DEFAULT 100, DoubleLimit AS (CreditLimit * 2) PERSISTED, Balance decimal(38,10) NULL,
     IsActive bit NOT NULL CONSTRAINT DF_Customers_Active DEFAULT 1, RowGuid uniqueidentifier NOT NULL CONSTRAINT DF_Customers_Guid DEFAULT NEWID(),
     CreatedAt datetime2(7) NOT NULL CONSTRAINT DF_Customers_Created DEFAULT SYSUTCDATETIME(), DefaultAddressId int NULL)`,
  'CREATE UNIQUE INDEX UX_Customers_No ON dbo.Customers (CustomerNo)',
  `CREATE TABLE dbo.Addresses (AddressId int IDENTITY(100,5) NOT NULL CONSTRAINT PK_Addresses PRIMARY KEY,
     CustomerId int NOT NULL CONSTRAINT FK_Addresses_Customers REFERENCES dbo.Customers (CustomerId), Street nvarchar(200) NOT NULL, [Postal Code] char(10) NULL)`,
  'ALTER TABLE dbo.Customers ADD CONSTRAINT FK_Customers_Addresses FOREIGN KEY (DefaultAddressId) REFERENCES dbo.Addresses (AddressId)',
  `CREATE TABLE dbo.Products (ProductId int IDENTITY(1,1) NOT NULL CONSTRAINT PK_Products PRIMARY KEY, Sku varchar(30) NOT NULL CONSTRAINT UQ_Products_Sku UNIQUE,
     Name nvarchar(200) NOT NULL, Price decimal(38,10) NOT NULL, Cost money NULL, Shipping smallmoney NULL, Weight float NULL, Picture varbinary(max) NULL, Spec xml NULL)`,
  `CREATE TABLE sales.Orders (OrderId bigint IDENTITY(1000,1) NOT NULL CONSTRAINT PK_Orders PRIMARY KEY,
     CustomerId int NOT NULL CONSTRAINT FK_Orders_Customers REFERENCES dbo.Customers (CustomerId), OrderedAt datetimeoffset(7) NOT NULL,
     ShippedAt datetime2(3) NULL, Pickup time(7) NULL, Legacy datetime NULL, Small smalldatetime NULL,
     Status varchar(20) NOT NULL CONSTRAINT DF_Orders_Status DEFAULT 'new' CONSTRAINT CK_Orders_Status CHECK (Status IN ('new','paid','shipped','draft')),
     Note nvarchar(max) NULL, [Total Amount] decimal(18,4) NULL)`,
  'CREATE INDEX IX_Orders_Customer ON sales.Orders (CustomerId)',
  `CREATE TABLE sales.OrderLines (OrderId bigint NOT NULL CONSTRAINT FK_Lines_Orders REFERENCES sales.Orders (OrderId) ON DELETE CASCADE, [LineNo] smallint NOT NULL,
     ProductId int NOT NULL CONSTRAINT FK_Lines_Products REFERENCES dbo.Products (ProductId), Quantity int NOT NULL CONSTRAINT CK_Lines_Quantity CHECK (Quantity > 0),
     UnitPrice money NOT NULL, LineTotal AS (UnitPrice * 2) PERSISTED, Discount real NULL, Flags tinyint NOT NULL CONSTRAINT DF_Lines_Flags DEFAULT 0,
     CONSTRAINT PK_OrderLines PRIMARY KEY (OrderId, [LineNo]))`,
  `CREATE TABLE sales.[Line Notes] (OrderId bigint NOT NULL, [LineNo] smallint NOT NULL, [Note.No] int NOT NULL, [select] nvarchar(100) NULL, [a "name" with [] nvarchar(100) NULL,
     CONSTRAINT PK_LineNotes PRIMARY KEY (OrderId, [LineNo], [Note.No]),
     CONSTRAINT FK_Notes_Lines FOREIGN KEY (OrderId, [LineNo]) REFERENCES sales.OrderLines (OrderId, [LineNo]))`,
  'CREATE TABLE dbo.[order] ([from] int NOT NULL CONSTRAINT PK_order PRIMARY KEY, [Größe é] nvarchar(50) NULL, [group] nchar(6) NULL)',
  'CREATE TABLE dbo.PageViews (ViewedAt datetime2(0) NOT NULL, Url varchar(400) NOT NULL, Visitor uniqueidentifier NULL)',
  'CREATE TABLE sales.Nothing (Id int NOT NULL PRIMARY KEY, Text nvarchar(20) NULL)',
];

/** Every table of the shop, those that others point at first. */
export const TABLES = [
  'dbo.Countries',
  'dbo.Customers',
  'dbo.Addresses',
  'dbo.Products',
  'sales.Orders',
  'sales.OrderLines',
  'sales.Line Notes',
  'dbo.order',
  'dbo.PageViews',
  'sales.Nothing',
] as const;

export const COUNTS = { customers: 300, orders: 1200 };

const DIGITS = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';

/** `i` from 1 to `count`, as something to select from. */
export function numbers(count: number): string {
  const places = Array.from(String(count), (_digit, place) => place);
  const sum = places.map((place) => `d${place}.x * ${10 ** place}`).join(' + ');
  const tables = places.map((place) => `${DIGITS} d${place} (x)`).join(' CROSS JOIN ');
  return `(SELECT i FROM (SELECT 1 + ${sum} AS i FROM ${tables}) every WHERE i <= ${count}) n`;
}

const { customers, orders } = COUNTS;

const ROWS = [
  `INSERT INTO dbo.Countries VALUES ('DE', N'Deutschland', 'EUR', 0.19), ('FR', N'République française', '', 0.2), ('JP', N'日本 🗾', NULL, 9999999999999999999999999999.0123456789), ('US', N'', 'USD', 0)`,
  `INSERT INTO dbo.Customers (CustomerNo, FirstName, LastName, Email, Phone, CountryCode, ReferredBy, BirthDate, CreditLimit, Balance, IsActive, CreatedAt)
   SELECT 'C-' + CAST(i AS varchar(10)), N'Anna' + CAST(i AS nvarchar(10)), CASE i % 3 WHEN 0 THEN N'O''Brien "Ω"' WHEN 1 THEN N'Müller 🎈' ELSE N'' END,
     CASE WHEN i % 7 = 0 THEN NULL ELSE N'anna' + CAST(i AS nvarchar(10)) + N'@corp.example' END, '+49 30 73829' + CAST(i AS varchar(10)),
     CASE i % 4 WHEN 0 THEN 'DE' WHEN 1 THEN 'FR' WHEN 2 THEN 'JP' ELSE 'US' END, CASE WHEN i > 1 THEN 1 + i / 10 END,
     DATEADD(day, i * 37, CAST('1901-03-01' AS date)), CAST(i AS money) * 1.0001, CAST(i AS decimal(38,10)) / 7 - 20, i % 2,
     DATEADD(minute, i * 1237, CAST('2020-02-29 23:59:59.123456' AS datetime2(7))) FROM ${numbers(customers)}`,
  `UPDATE dbo.Customers SET Balance = -9999999999999999999999999999.9999999999, CreditLimit = 461168601842738.7903 WHERE CustomerId = 2`,
  `INSERT INTO dbo.Addresses (CustomerId, Street, [Postal Code]) SELECT i, N'Straße ' + CAST(i AS nvarchar(10)) + CHAR(9) + N'\\' + CHAR(13) + CHAR(10) + N'x', CASE WHEN i % 5 = 0 THEN NULL ELSE CAST(10000 + i AS char(10)) END FROM ${numbers(customers)}`,
  `UPDATE dbo.Customers SET DefaultAddressId = 100 + (CustomerId - 1) * 5 WHERE CustomerId % 2 = 0`,
  `INSERT INTO dbo.Products (Sku, Name, Price, Cost, Shipping, Weight, Picture, Spec)
   SELECT 'SKU ' + CAST(i AS varchar(10)), N'Ding ' + CAST(i AS nvarchar(10)), CAST(i AS decimal(38,10)) / 3, CAST(i AS money) / 100, CASE WHEN i % 2 = 0 THEN 214748.3647 ELSE -214748.3648 END,
     CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 1.7976931348623157e308 WHEN 2 THEN -4.9e-300 ELSE i / 3.0e0 END,
     CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN CAST(0x AS varbinary(max)) ELSE CAST(CAST(i AS binary(4)) + 0x00FF0A0D27 AS varbinary(max)) END,
     CASE WHEN i % 3 = 0 THEN NULL ELSE CAST(N'<spec no="' + CAST(i AS nvarchar(10)) + N'"><w>ä &amp; b</w></spec>' AS xml) END FROM ${numbers(60)}`,
  `INSERT INTO sales.Orders (CustomerId, OrderedAt, ShippedAt, Pickup, Legacy, Small, Status, Note, [Total Amount])
   SELECT 1 + i % ${customers}, CAST(DATEADD(hour, i, CAST('2023-12-01 10:11:12.654321' AS datetime2(7))) AS datetimeoffset(7)),
     CASE WHEN i % 3 = 0 THEN NULL ELSE DATEADD(millisecond, i, CAST('2024-05-05 00:00:00' AS datetime2(3))) END,
     CASE WHEN i % 4 = 0 THEN NULL ELSE CAST('23:59:59.999999' AS time(7)) END, CAST('1999-12-31T23:59:59.997' AS datetime), CAST('2024-06-30T12:34:00' AS smalldatetime),
     CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' ELSE 'draft' END,
     CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN N'' ELSE REPLICATE(N'Notiz 😀 ', 1 + i % 20) END, CAST(i AS decimal(18,4)) / 3 FROM ${numbers(orders)}`,
  `UPDATE sales.Orders SET OrderedAt = CAST('2024-02-29 23:30:00.123456 +05:45' AS datetimeoffset(7)) WHERE OrderId = 1001`,
  `INSERT INTO sales.OrderLines (OrderId, [LineNo], ProductId, Quantity, UnitPrice, Discount, Flags)
   SELECT o.OrderId, l.x, 1 + (o.OrderId + l.x) % 60, l.x, CAST(o.OrderId AS money) / 100, CASE WHEN l.x = 1 THEN NULL ELSE CAST(0.1 AS real) END, o.OrderId % 256 FROM sales.Orders o CROSS JOIN (VALUES (1),(2)) l (x)`,
  `INSERT INTO sales.[Line Notes] SELECT OrderId, [LineNo], 7, N'it''s; -- [x]', CASE WHEN OrderId % 2 = 0 THEN N'' END FROM sales.OrderLines WHERE [LineNo] = 1`,
  `INSERT INTO dbo.[order] SELECT i, CASE WHEN i % 2 = 0 THEN NCHAR(101) + NCHAR(769) + N' e' ELSE N'' END, N'ab' FROM ${numbers(25)}`,
  `INSERT INTO dbo.PageViews SELECT DATEADD(day, -(i % 40), CAST(CAST(SYSUTCDATETIME() AS date) AS datetime2(0))), 'https://shop.example/' + CAST(i % 9 AS varchar(3)), CASE WHEN i % 2 = 0 THEN NULL ELSE CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) END FROM ${numbers(400)}`,
];

/** What only UAT has: older rows, tables and views of its own, a trigger, a role with rights. */
const AROUND = [
  `INSERT INTO dbo.Countries VALUES ('XX', N'old', 'OLD', 1)`,
  `INSERT INTO dbo.Customers (CustomerNo, FirstName, LastName, CountryCode) VALUES ('OLD-1', N'Old', N'One', 'XX'), ('OLD-2', N'Old', N'Two', 'XX')`,
  `INSERT INTO dbo.Products (Sku, Name, Price) VALUES ('OLD', N'old', 1)`,
  `INSERT INTO sales.Orders (CustomerId, OrderedAt) VALUES (1, SYSDATETIMEOFFSET())`,
  `INSERT INTO sales.Nothing VALUES (1, N'to go')`,
  `CREATE TABLE dbo.Reviews (ReviewId int IDENTITY(1,1) NOT NULL PRIMARY KEY, CustomerId int NOT NULL CONSTRAINT FK_Reviews_Customers REFERENCES dbo.Customers (CustomerId), Stars int NOT NULL)`,
  `INSERT INTO dbo.Reviews (CustomerId, Stars) VALUES (1, 5), (2, 1)`,
  `CREATE VIEW dbo.CustomerOrders AS SELECT c.CustomerNo, o.OrderId FROM dbo.Customers c JOIN sales.Orders o ON o.CustomerId = c.CustomerId`,
  `CREATE TABLE dbo.Trail (What nvarchar(20) NOT NULL)`,
  `CREATE TRIGGER dbo.TR_Customers ON dbo.Customers AFTER INSERT, UPDATE, DELETE AS BEGIN INSERT INTO dbo.Trail (What) VALUES (N'touched') END`,
  `CREATE ROLE testers`,
  `GRANT SELECT ON dbo.Customers TO testers`,
  `GRANT SELECT, INSERT ON sales.Orders TO testers`,
];

export const PRODUCTION = [...SCHEMA, ...ROWS];
export const UAT = [...SCHEMA, ...AROUND];
